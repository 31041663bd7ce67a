"""npskit: the Net Promoter Score in a notebook, with every number saying how sure it is.

>>> import npskit
>>> df = npskit.datasets.load("garden")
>>> round(df.nps.score(), 1)
53.4
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from npskit import errors
from npskit.accessor import Survey, planner, register
from npskit.frames import Bands, Period
from npskit.labels import set_language
from npskit.scale import Scale
from npskit.version import VERSION

if TYPE_CHECKING:
    from npskit import datasets
    from npskit.readers import read_survey
    from npskit.survey.earned import earned_growth
    from npskit.survey.growth import forecast_growth
    from npskit.survey.planning import plan

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
    "planner",
    "read_survey",
    "set_language",
]

__version__ = VERSION

register()


def __getattr__(name: str) -> Any:
    """Load the reader and the bundled data on first use: `df.nps` needs neither."""
    if name == "datasets":
        return import_module("npskit.datasets")
    if name == "read_survey":
        return import_module("npskit.readers").read_survey
    if name == "earned_growth":
        return import_module("npskit.survey.earned").earned_growth
    if name == "forecast_growth":
        return import_module("npskit.survey.growth").forecast_growth
    if name == "plan":
        return import_module("npskit.survey.planning").plan
    raise AttributeError(f"module 'npskit' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
