"""Reports: a template notebook, the answers and a few parameters become a page that opens anywhere.

The template is an ordinary notebook that an analyst can open, read and change; `Story` tells it what to say. A report
is that notebook run with other parameters: one HTML file with charts that react and no code, a PDF, or the notebook.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from npskit.report.answers_story import AnswersStory
    from npskit.report.brief_story import BriefStory
    from npskit.report.churn_story import ChurnStory
    from npskit.report.drivers_story import DriversStory
    from npskit.report.forecast_story import ForecastStory
    from npskit.report.growth_story import GrowthStory
    from npskit.report.many import Reports, report_all
    from npskit.report.passage import Headline, Passage
    from npskit.report.segments_story import SegmentsStory
    from npskit.report.story import Story
    from npskit.report.template import prepared, templates
    from npskit.report.voice_story import VoiceStory
    from npskit.report.writing import Report, write_report

__all__ = [
    "AnswersStory",
    "BriefStory",
    "ChurnStory",
    "DriversStory",
    "ForecastStory",
    "GrowthStory",
    "Headline",
    "Passage",
    "Report",
    "Reports",
    "SegmentsStory",
    "Story",
    "VoiceStory",
    "prepared",
    "report_all",
    "templates",
    "write_report",
]

ROOMS = {
    "AnswersStory": "answers_story",
    "BriefStory": "brief_story",
    "ChurnStory": "churn_story",
    "DriversStory": "drivers_story",
    "ForecastStory": "forecast_story",
    "GrowthStory": "growth_story",
    "Headline": "passage",
    "Passage": "passage",
    "Report": "writing",
    "Reports": "many",
    "SegmentsStory": "segments_story",
    "Story": "story",
    "VoiceStory": "voice_story",
    "prepared": "template",
    "report_all": "many",
    "templates": "template",
    "write_report": "writing",
}


def __getattr__(name: str) -> Any:
    if name not in ROOMS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{ROOMS[name]}"), name)


def __dir__() -> list[str]:
    return list(__all__)
