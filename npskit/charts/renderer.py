"""How a chart gets onto the screen without a network.

Altair's default renderer asks a CDN for Vega, and its own type for Vega-Lite 6 is shown as text by JupyterLab. The
bundle made here holds the type that every Jupyter front end draws by itself, an SVG for exports and readers without
Vega, and the finding as plain text; no HTML, which JupyterLab would prefer. It is registered in Altair under the name
``npskit``, and our charts use it as long as the user has not chosen a renderer: nobody's global setting is changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import ModuleType
from typing import TYPE_CHECKING, Any

import altair as alt

from npskit.charts.room import with_room
from npskit.charts.theme import host_text, theme
from npskit.labels import language

__all__ = ["Chart", "ConcatChart", "FacetChart", "HConcatChart", "LayerChart", "VConcatChart", "mime_bundle", "styled"]

VEGALITE_TYPE = "application/vnd.vegalite.v5+json"
FALLBACK_TEXT = "npskit chart"


def mime_bundle(spec: dict[str, Any], **_metadata: object) -> dict[str, Any]:
    """Vega-Lite, SVG where vl-convert is installed, and plain text of a chart's specification."""
    bundle: dict[str, Any] = {VEGALITE_TYPE: spec, "text/plain": title_text(spec)}
    svg = svg_text(spec)
    return {**bundle, "image/svg+xml": svg} if svg else bundle


def title_text(spec: Mapping[str, Any]) -> str:
    """Title and subtitle of a specification, one line each."""
    title = spec.get("title") or FALLBACK_TEXT
    if not isinstance(title, Mapping):
        title = {"text": title}
    parts = [title.get("text"), title.get("subtitle")]
    lines = [" ".join(part) if isinstance(part, list) else part for part in parts if part]
    return "\n".join(line for line in lines if isinstance(line, str)) or FALLBACK_TEXT


def svg_text(spec: dict[str, Any]) -> str | None:
    """The chart as SVG, or None without vl-convert."""
    converter = vl_convert()
    if converter is None:
        return None
    version = "_".join(alt.SCHEMA_VERSION.split(".")[:2])
    adapting = {**spec, "config": merged(host_text(), spec.get("config", {}))}
    drawn: str = converter.vegalite_to_svg(adapting, vl_version=version)
    return with_room(drawn)


@cache
def vl_convert() -> ModuleType | None:
    """The converter, which is an extra."""
    try:
        import vl_convert
    except ImportError:
        return None
    return vl_convert


if TYPE_CHECKING:
    # What stands behind the mixin is one of Altair's charts; which one, a type checker cannot know.
    Behind: Any
else:
    Behind = object


class Styled(Behind):
    """Mixin of Altair's charts: our theme and our renderer, kept through every further edit.

    The theme joins when the specification is written, not before: Altair refuses to lay out charts that carry a
    configuration of their own, and a user's ``.configure_…`` must win.
    """

    _lang = "en"

    def copy(self, *args: Any, **kwds: Any) -> Any:
        return styled(super().copy(*args, **kwds), self._lang)

    def to_dict(self, validate: bool = True, **kwds: Any) -> dict[str, Any]:
        context = kwds.get("context") or {}
        if not context.get("top_level", True):
            inner: dict[str, Any] = super().to_dict(validate, **kwds)
            return inner
        themed = self.copy(deep=False)
        chosen = themed._get("config", alt.Undefined)
        themed.config = merged(theme(self._lang), as_dict(chosen))
        whole: dict[str, Any] = super(Styled, themed).to_dict(validate, **kwds)
        return whole

    def save(self, fp: Any, format: Any = None, *args: Any, **kwds: Any) -> None:
        """Save to a file, as Altair does; a PNG gets a white page.

        vl-convert turns bands on a transparent background grey in a PNG, which cannot follow its page anyway.
        """
        chart = self.copy(deep=False)
        if (format or str(fp).rpartition(".")[2]) == "png" and chart._get("background") is alt.Undefined:
            chart["background"] = "white"
        super(Styled, chart).save(fp, format, *args, **kwds)

    def __add__(self, other: Any) -> Any:
        return self._kept(super().__add__(other))

    def __or__(self, other: Any) -> Any:
        return self._kept(super().__or__(other))

    def __and__(self, other: Any) -> Any:
        return self._kept(super().__and__(other))

    def _kept(self, chart: Any) -> Any:
        return styled(as_styled(chart), self._lang)

    def _repr_mimebundle_(self, *args: Any, **kwds: Any) -> Any:
        if alt.renderers.active not in ("default", "npskit"):
            return super()._repr_mimebundle_(*args, **kwds)
        return mime_bundle(self.to_dict())


class Facetable(Styled):
    """The kinds whose ``facet`` is a method; in `FacetChart` it is a property of the chart."""

    def facet(self, *args: Any, **kwds: Any) -> Any:
        return self._kept(super().facet(*args, **kwds))


class Chart(Facetable, alt.Chart):
    """`alt.Chart` in the house style."""


class LayerChart(Facetable, alt.LayerChart):
    """`alt.LayerChart` in the house style."""


class FacetChart(Styled, alt.FacetChart):
    """`alt.FacetChart` in the house style."""


class ConcatChart(Styled, alt.ConcatChart):
    """`alt.ConcatChart` in the house style."""


class HConcatChart(Styled, alt.HConcatChart):
    """`alt.HConcatChart` in the house style."""


class VConcatChart(Styled, alt.VConcatChart):
    """`alt.VConcatChart` in the house style."""


OURS = (Chart, LayerChart, FacetChart, ConcatChart, HConcatChart, VConcatChart)
TWINS: dict[type, type] = {kind.__bases__[-1]: kind for kind in OURS}


def as_styled(chart: Any) -> Any:
    """The same chart as an instance of our class for its kind."""
    twin = TWINS.get(type(chart))
    return chart if twin is None else twin(**chart._kwds)


def styled(chart: Any, lang: str | None) -> Any:
    """Set the language a chart is displayed in."""
    # Altair's own __setattr__ would write the language into the specification.
    object.__setattr__(chart, "_lang", language(lang))
    return chart


def as_dict(config: Any) -> dict[str, Any]:
    """A configuration, given in any of the forms Altair takes, as a dictionary."""
    if config is alt.Undefined or config is None:
        return {}
    return dict(config) if isinstance(config, Mapping) else config.to_dict(validate=False)


def merged(under: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Two nested mappings as one; the second wins."""
    out = dict(under)
    for key, value in over.items():
        below = out.get(key)
        out[key] = merged(below, value) if isinstance(below, Mapping) and isinstance(value, Mapping) else value
    return out


alt.renderers.register("npskit", mime_bundle)
