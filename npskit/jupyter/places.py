"""Where a notebook goes: folder and file of a request, checked, and a name that nobody has.

Paths are those of Jupyter's contents, "/" between names and no "/" in front. The contents manager says what is there;
before it is asked, whatever tries to leave its root is refused. Two people may ask for the same name at once, on one
server or on two that share a disk: the name is taken before anything is written, and kept by one of them only.
"""

from __future__ import annotations

import errno
import os
import posixpath
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jupyter_core.utils import ensure_async
from jupyter_server.services.contents.fileio import FileManagerMixin
from jupyter_server.utils import ApiPath, to_os_path
from tornado import web

from npskit.labels import word

__all__ = ["Place", "Problem", "named", "placed", "saved"]

MOST_NAMES = 1000
# File systems allow 255; the number that makes a name new comes after.
LONGEST_NAME = 200
# Not in names on Windows, which may share the disk; and nothing that cannot be seen or encoded.
UNFIT = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]+')
FULL = {errno.ENOSPC, errno.EDQUOT} if hasattr(errno, "EDQUOT") else {errno.ENOSPC}
CLOSED = {errno.EACCES, errno.EPERM, errno.EROFS}


class Problem(web.HTTPError):
    """An answer that is an error, with what to do."""

    def __init__(self, status: int, text: str, hint: str = "") -> None:
        super().__init__(status, text)
        self.text, self.hint = text, hint


@dataclass(frozen=True, slots=True)
class Place:
    """A folder to write to, and the file that the notebook reads.

    Attributes
    ----------
    contents : ContentsManager
    cwd : str
        The folder; "" is the root.
    file : str or None
    lang : str
    """

    contents: Any
    cwd: str
    file: str | None
    lang: str

    @property
    def data(self) -> str | None:
        """The file as the notebook's kernel, which runs in the folder, finds it."""
        return None if self.file is None else posixpath.relpath(f"/{self.file}", f"/{self.cwd}")

    def on_disk(self, path: str) -> Path | None:
        """Where a path of contents is, when they are files."""
        if not isinstance(self.contents, FileManagerMixin):
            return None
        return Path(to_os_path(ApiPath(path), os.path.abspath(self.contents.root_dir)))


async def placed(contents: Any, cwd: str, file: str | None, *, lang: str, follow_links: bool = False) -> Place:
    """Folder and file of a request.

    Raises
    ------
    Problem
        404 when one is not there, hidden, or out of the root; 403 when the folder cannot be written to.
    """
    place = Place(contents, cwd.rstrip("/"), file, lang)
    if not await there(place, place.cwd, contents.dir_exists, follow_links):
        raise Problem(404, word("jupyter_no_folder", lang, name=shown(cwd)), word("jupyter_within_root", lang))
    if file is not None and not await there(place, file, contents.file_exists, follow_links):
        raise Problem(404, word("jupyter_no_file", lang, name=shown(file)), word("jupyter_within_root", lang))
    folder = await ensure_async(contents.get(place.cwd, content=False))
    if folder.get("writable") is False:
        raise closed(place)
    return place


async def there(place: Place, path: str, exists: Any, follow_links: bool) -> bool:
    """Whether a path leads to something that a person may see."""
    names = path.split("/") if path else []
    within = re.split(r"[/\\]", path) if path else []
    if any(name in ("", ".", "..") for name in names) or any(name in (".", "..") for name in within):
        return False
    if "\0" in path or (os.name == "nt" and ("\\" in path or ":" in path)):
        return False
    try:
        if not await ensure_async(exists(path)) or not (follow_links or inside(place, path)):
            return False
        return bool(place.contents.allow_hidden or not await ensure_async(place.contents.is_hidden(path)))
    except (web.HTTPError, UnicodeError, ValueError, OSError):
        return False


def inside(place: Place, path: str) -> bool:
    """Whether a path stays in the root when its links are followed."""
    disk = place.on_disk(path)
    return disk is None or disk.resolve().is_relative_to(Path(place.contents.root_dir).resolve())


def shown(path: str) -> str:
    """A path as a message names it."""
    return "/".join(UNFIT.sub("�", name) for name in path.split("/"))[:200]


def named(template: str, file: str | None) -> str:
    """The name of the notebook, without its suffix: that of the data and of the template.

    Examples
    --------
    >>> named("segments", "2024/sales north.csv"), named("tour", None), named("growth", 'CON: "a|b".csv')
    ('sales north-segments', 'tour', 'CON_ _a_b_-growth')
    """
    stem = "" if file is None else Path(file.rpartition("/")[2]).stem
    tidy = [UNFIT.sub("_", part).strip(" .") for part in (stem, template)]
    room = LONGEST_NAME - len(tidy[1].encode()) - 1
    stem = tidy[0].encode()[: max(room, 0)].decode(errors="ignore").strip(" .")
    return "-".join(filter(None, [stem, tidy[1].encode()[:LONGEST_NAME].decode(errors="ignore")])) or "notebook"


async def saved(place: Place, name: str, notebook: Any) -> str:
    """Write the notebook under a name that nobody has, and give its path.

    Raises
    ------
    Problem
        403 when the folder cannot be written to, 409 when there are too many of that name, 507 when there is no room.
    """
    for number in range(1, MOST_NAMES + 1):
        path = "/".join(filter(None, [place.cwd, f"{name}{f'-{number}' if number > 1 else ''}.ipynb"]))
        if await ensure_async(place.contents.exists(path)):
            continue
        disk = place.on_disk(path)
        try:
            if disk is not None:
                # Taken on the disk itself: another server may write to the same folder.
                os.close(os.open(disk, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
        except FileExistsError:
            continue
        except OSError as error:
            raise unwritten(place, error) from None
        return await written(place, path, disk, notebook)
    raise Problem(409, word("jupyter_many", place.lang, name=f"{name}.ipynb"), word("jupyter_other_folder", place.lang))


async def written(place: Place, path: str, disk: Path | None, notebook: Any) -> str:
    """The notebook in its file; nothing of it where that fails."""
    try:
        model = {"type": "notebook", "format": "json", "content": notebook}
        return str((await ensure_async(place.contents.save(model, path)))["path"]).strip("/")
    except BaseException as error:
        if disk is not None:
            disk.unlink(missing_ok=True)
        if isinstance(error, Exception):
            raise unwritten(place, error) from None
        raise


def unwritten(place: Place, error: Exception) -> Problem:
    """Why a notebook could not be written, without what a manager says of its inside."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, OSError):
        cause = cause.__cause__ or cause.__context__
    code = cause.errno if isinstance(cause, OSError) else None
    status = getattr(error, "status_code", 500)
    if code in FULL or status == 507:
        return Problem(507, word("jupyter_full", place.lang), word("jupyter_other_folder", place.lang))
    if code in CLOSED or status == 403:
        return closed(place)
    if 400 <= status < 500 and isinstance(error, web.HTTPError):
        return Problem(status, (error.log_message or word("jupyter_unwritten", place.lang)).replace("%%", "%"))
    return Problem(500, word("jupyter_unwritten", place.lang), word("jupyter_other_folder", place.lang))


def closed(place: Place) -> Problem:
    """The folder cannot be written to."""
    name = shown(place.cwd) or "/"
    return Problem(403, word("jupyter_closed", place.lang, name=name), word("jupyter_closed_hint", place.lang))
