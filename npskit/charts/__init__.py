"""Pictures: plain numbers in, an Altair chart that the user can go on editing out.

A chart is read before the text beside it, so its title is the finding in words, computed from the same numbers, and
its subtitle says what is drawn. The functions take tables as mappings of columns (or a DataFrame) and single values;
they know no survey, no engine and no arithmetic of intervals. Altair is imported when the first of them is asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from npskit.errors import grammar_later

if TYPE_CHECKING:
    from npskit.charts.action_log import action_results
    from npskit.charts.action_plan import planned_action
    from npskit.charts.alerts import monitor
    from npskit.charts.benchmark_beside import benchmark_context
    from npskit.charts.benchmark_rows import benchmark
    from npskit.charts.bridge import waterfall
    from npskit.charts.churn import retention_curves
    from npskit.charts.churn_checks import point_worth, reliability
    from npskit.charts.comparing import differences
    from npskit.charts.contrasts import asymmetry
    from npskit.charts.discoveries import surprising
    from npskit.charts.drivers import importance
    from npskit.charts.economics import category_values, revenue_bridge
    from npskit.charts.effects import impact
    from npskit.charts.explorer import specs as specs
    from npskit.charts.growth import forecast_errors, sales_difference, sales_path
    from npskit.charts.matrix import priorities
    from npskit.charts.outlook import forecast
    from npskit.charts.outlook_shares import forecast_shares
    from npskit.charts.quadrants import importance_performance
    from npskit.charts.ratings import distribution
    from npskit.charts.reviews import review_shares, review_trend
    from npskit.charts.scoreline import score
    from npskit.charts.segments import by_segment
    from npskit.charts.silence import response_bounds
    from npskit.charts.silence_curve import silent_curve
    from npskit.charts.silence_weights import weighted
    from npskit.charts.stacks import shares
    from npskit.charts.stages import journey
    from npskit.charts.teams import scorecard
    from npskit.charts.theme_impact import themes
    from npskit.charts.theme_panels import theme_trend
    from npskit.charts.timeline import trend
    from npskit.charts.word_bars import theme_words

__all__ = [
    "action_results",
    "asymmetry",
    "benchmark",
    "benchmark_context",
    "by_segment",
    "category_values",
    "differences",
    "distribution",
    "forecast",
    "forecast_errors",
    "forecast_shares",
    "impact",
    "importance",
    "importance_performance",
    "journey",
    "monitor",
    "planned_action",
    "point_worth",
    "priorities",
    "reliability",
    "response_bounds",
    "retention_curves",
    "revenue_bridge",
    "review_shares",
    "review_trend",
    "sales_difference",
    "sales_path",
    "score",
    "scorecard",
    "shares",
    "silent_curve",
    "surprising",
    "theme_trend",
    "theme_words",
    "themes",
    "trend",
    "waterfall",
    "weighted",
]

# No module has the name of a function: importing it would put the module in the function's place.
ROOMS = {
    "action_results": "action_log",
    "asymmetry": "contrasts",
    "benchmark": "benchmark_rows",
    "benchmark_context": "benchmark_beside",
    "by_segment": "segments",
    "category_values": "economics",
    "differences": "comparing",
    "distribution": "ratings",
    "forecast": "outlook",
    "forecast_errors": "growth",
    "forecast_shares": "outlook_shares",
    "impact": "effects",
    "importance": "drivers",
    "importance_performance": "quadrants",
    "journey": "stages",
    "monitor": "alerts",
    "planned_action": "action_plan",
    "point_worth": "churn_checks",
    "priorities": "matrix",
    "reliability": "churn_checks",
    "response_bounds": "silence",
    "retention_curves": "churn",
    "revenue_bridge": "economics",
    "review_shares": "reviews",
    "review_trend": "reviews",
    "sales_difference": "growth",
    "sales_path": "growth",
    "score": "scoreline",
    "scorecard": "teams",
    "shares": "stacks",
    "silent_curve": "silence_curve",
    "specs": "explorer",
    "surprising": "discoveries",
    "theme_trend": "theme_panels",
    "theme_words": "word_bars",
    "themes": "theme_impact",
    "trend": "timeline",
    "waterfall": "bridge",
    "weighted": "silence_weights",
}


def __getattr__(name: str) -> object:
    if name not in ROOMS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    with grammar_later():
        return getattr(import_module(f"{__name__}.{ROOMS[name]}"), name)


def __dir__() -> list[str]:
    return list(__all__)
