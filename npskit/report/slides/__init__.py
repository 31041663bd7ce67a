"""A report as slides: `deck` puts them together from a `plan`; charts that one can edit are read by `drawing`."""

from npskit.report.slides.deck import slides

__all__ = ["slides"]
