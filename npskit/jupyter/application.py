"""The server extension: two addresses under the server's own, and one setting.

An organisation names the folders of its own templates in the server's configuration::

    c.NPSKit.template_dirs = ["/srv/templates", "~/templates", "templates"]

``~`` is the home of whom the server runs for; a relative folder is below the server's root. Notebooks there join
those of npskit, and one of the same name takes the place of ours.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from jupyter_server.extension.application import ExtensionApp
from traitlets import Bool, List, Unicode

from npskit.jupyter.handlers import NotebooksHandler, TemplatesHandler

__all__ = ["NPSKit"]


class NPSKit(ExtensionApp):
    """Lists templates, and makes notebooks from them beside a person's data."""

    name = "npskit"
    description = "The Net Promoter Score in a notebook, with every number saying how sure it is."

    template_dirs = List(
        Unicode(),
        help="Folders of the organisation's own templates; relative ones are below the server's root.",
    ).tag(config=True)

    follow_links = Bool(
        False,
        help="Whether links may lead out of the server's root, as they may in the file browser.",
    ).tag(config=True)

    def folders(self) -> list[Path]:
        """The folders of templates, whether they are there or not."""
        root = Path(self.serverapp.root_dir if self.serverapp else ".")
        return [root / Path(each).expanduser() for each in self.template_dirs]

    def initialize_settings(self) -> None:
        """What the handlers need."""
        folders = self.folders()
        for folder in folders:
            if not folder.is_dir():
                self.log.warning("NPSKit.template_dirs: there is no folder %s; its templates are left out.", folder)
        self.settings.update(
            npskit_folders=folders, npskit_follow_links=self.follow_links, npskit_lock=asyncio.Lock()
        )  # fmt: skip

    def initialize_handlers(self) -> None:
        """The addresses, below the server's own whatever that is."""
        self.handlers.extend([("/npskit/templates", TemplatesHandler), ("/npskit/notebooks", NotebooksHandler)])
