"""npskit inside Jupyter: a server extension, and a prebuilt extension of JupyterLab and Notebook 7.

Both travel with `pip install` as data files, so there is nothing to enable. The functions here are what Jupyter asks a
package for.
"""

from __future__ import annotations

__all__ = ["_jupyter_labextension_paths", "_jupyter_server_extension_points"]


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    return [{"src": "labextension", "dest": "npskit"}]


def _jupyter_server_extension_points() -> list[dict[str, object]]:
    from npskit.jupyter.application import NPSKit

    return [{"module": "npskit.jupyter.application", "app": NPSKit}]
