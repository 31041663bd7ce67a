"""Ways of installing npskit into a virtual environment that sees the libraries of this one, so that nothing heavy is
installed again, on a machine without Node.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

__all__ = ["ROOT", "WAYS", "built", "clean_environment", "copied", "installed", "run"]

ROOT = Path(__file__).resolve().parent.parent.parent
WAYS = ("folder", "editable", "sdist", "wheel")
LEFT_BEHIND = shutil.ignore_patterns(".*", "__pycache__", "node_modules", "dist", "build", "*.tsbuildinfo")
OFFLINE = ("--no-deps", "--no-build-isolation", "--no-index", "--disable-pip-version-check")
SECONDS = 120


def clean_environment(folder: Path) -> dict[str, str]:
    """Nothing but one environment's programs, and a home of its own: no Node, no settings of a developer."""
    home = folder / "home"
    home.mkdir(exist_ok=True)
    kept = {name: os.environ[name] for name in ("LANG", "SYSTEMROOT", "TMPDIR") if name in os.environ}
    return kept | {"PATH": str(folder / "bin"), "HOME": str(home), "PIP_CONFIG_FILE": os.devnull}


def run(folder: Path, *arguments: object) -> str:
    """What the Python of an environment says with these arguments."""
    found = subprocess.run(
        [str(folder / "bin" / "python"), *map(str, arguments)],
        env=clean_environment(folder),
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )
    assert found.returncode == 0, found.stdout + found.stderr
    return found.stdout + found.stderr


def copied(folder: Path) -> Path:
    """The files of the repository, where nothing that a build leaves disturbs anyone."""
    return Path(shutil.copytree(ROOT, folder / "npskit", ignore=LEFT_BEHIND))


def built(source: Path, kind: str) -> Path:
    """The ``"wheel"`` or ``"sdist"`` of the source, beside it; built once."""
    folder = source.parent / kind
    if not folder.exists():
        command = [sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", str(folder)]
        made = subprocess.run(command, cwd=source, capture_output=True, text=True, timeout=SECONDS)
        assert made.returncode == 0, made.stderr
    (path,) = folder.iterdir()
    return path


def installed(way: str, source: Path, folder: Path) -> Path:
    """A virtual environment in the folder, into which npskit was installed in this way."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    libraries = Path(sysconfig.get_path("purelib", vars={"base": str(folder), "platbase": str(folder)}))
    # The packages there are seen as this environment sees them, without what their own .pth files would add.
    (libraries / "beside.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    what = {"folder": [source], "editable": ["-e", source]}.get(way) or [built(source, way)]
    # What stands beside is not to be taken for an older npskit that has to leave.
    run(folder, "-m", "pip", "install", "--ignore-installed", *OFFLINE, *what)
    return folder
