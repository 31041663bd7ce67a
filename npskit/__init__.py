"""npskit: the Net Promoter Score in a notebook, with every number saying how sure it is.

>>> import npskit
>>> df = npskit.datasets.load("garden")
>>> round(df.nps.score(), 1)
53.4
"""

import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from npskit import errors
from npskit.labels import set_language
from npskit.version import VERSION

if TYPE_CHECKING:
    from npskit import datasets
    from npskit.accessor import Survey, planner
    from npskit.frames import Bands, Period
    from npskit.readers import read_survey
    from npskit.scale import Scale
    from npskit.survey.action_log import read_actions
    from npskit.survey.action_planning import plan_action
    from npskit.survey.earned import earned_growth
    from npskit.survey.growth import forecast_growth
    from npskit.survey.planning import plan
    from npskit.survey.redacting import redact

__all__ = [
    "Bands",
    "Period",
    "Scale",
    "Survey",
    "__version__",
    "datasets",
    "earned_growth",
    "errors",
    "forecast_growth",
    "plan",
    "plan_action",
    "planner",
    "read_actions",
    "read_survey",
    "redact",
    "set_language",
]

__version__ = VERSION

ROOMS = {
    "Bands": "frames",
    "Period": "frames",
    "Scale": "scale",
    "Survey": "accessor",
    "earned_growth": "survey.earned",
    "forecast_growth": "survey.growth",
    "plan": "survey.planning",
    "plan_action": "survey.action_planning",
    "planner": "accessor",
    "read_actions": "survey.action_log",
    "read_survey": "readers",
    "redact": "survey.redacting",
    # What IPython looks for at `%load_ext npskit`.
    "load_ipython_extension": "jupyter.magics",
    "unload_ipython_extension": "jupyter.magics",
}


def is_command() -> bool:
    """Whether Python was started as the command, which has to say its version before pandas could be there."""
    started = sys.orig_argv[1:3] == ["-m", "npskit"] or Path(sys.argv[0] if sys.argv else "").stem == "npskit"
    return started and "pandas" not in sys.modules


def is_server() -> bool:
    """Whether this process is a Jupyter server: it hands out notebooks, and counts nothing; its kernels do."""
    server = sys.modules.get("jupyter_server.serverapp")
    return server is not None and server.ServerApp.initialized() and "pandas" not in sys.modules


def __getattr__(name: str) -> Any:
    """Load a name on its first use: `df.nps` needs neither the reader nor the bundled data."""
    if name == "datasets":
        return import_module("npskit.datasets")
    if name not in ROOMS:
        raise AttributeError(f"module 'npskit' has no attribute {name!r}")
    room = import_module(f"npskit.{ROOMS[name]}")
    if ROOMS[name] == "accessor":
        # A process that began without pandas comes here for its survey, with the accessors not yet registered.
        room.register()
    found = globals()[name] = getattr(room, name)
    return found


def __dir__() -> list[str]:
    return __all__


if not (is_command() or is_server()):
    import_module("npskit.accessor").register()
