"""npskit: the Net Promoter Score in a notebook, with every number saying how sure it is.

>>> import npskit
>>> df = npskit.datasets.load("garden")
>>> round(df.nps.score(), 1)
53.4
"""

from npskit import accessor as _accessor
from npskit import datasets, errors
from npskit.frames import Bands, Period
from npskit.labels import set_language
from npskit.readers import read_survey
from npskit.scale import Scale
from npskit.survey import Survey

__all__ = ["Bands", "Period", "Scale", "Survey", "__version__", "datasets", "errors", "read_survey", "set_language"]

__version__ = "0.1.0"

_accessor.register()


def __dir__() -> list[str]:
    return __all__
