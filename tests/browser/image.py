"""What Binder makes of this repository, in the words of the very tool that it runs: nothing here is from memory.

``python tests/browser/image.py`` prints what stands in the image before anything of ours, as ``name==version`` lines;
with ``--asked``, the names of the few packages that bring the others.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

__all__ = ["ROOT", "badges", "base_packages", "dockerfile", "python_version", "server_command", "steps"]

ROOT = Path(__file__).resolve().parent.parent.parent
# What conda calls otherwise than pip.
PIP_NAMES = {"jupyterhub-base": "jupyterhub", "jupyterhub-singleuser": "jupyterhub"}
BADGE = re.compile(
    r"\[!\[[^\]]+\]\(https://mybinder\.org/badge_logo\.svg\)\]\(https://mybinder\.org/v2/gh/(?P<repository>[^)?]+)\?"
    r"urlpath=(?P<path>[^)]+)\)"
)


@cache
def dockerfile() -> str:
    """What repo2docker decides, and the Dockerfile it would build; it needs no Docker to say so."""
    command = [sys.executable, "-m", "repo2docker", "--no-build", "--debug", str(ROOT)]
    run = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, run.stderr
    return run.stdout + run.stderr


def steps(text: str) -> list[str]:
    """The lines of a Dockerfile that copy or run something, or say what it starts, in their order."""
    return [line for line in text.splitlines() if re.match(r"(COPY|RUN|USER|ENTRYPOINT|CMD) ", line)]


def python_version(text: str) -> str:
    """The Python that repo2docker takes: ``3.12``."""
    (version,) = re.findall(r"Building conda environment for python=([\d.]+)", text)
    return version


def server_command(text: str) -> list[str]:
    """What the image starts, word by word."""
    (command,) = (step.removeprefix("CMD ") for step in steps(text) if step.startswith("CMD "))
    return json.loads(command)


def badges() -> dict[str, str]:
    """The repository and branch of each of the README's badges, by the path that it opens."""
    return {found["path"]: found["repository"] for found in BADGE.finditer((ROOT / "README.md").read_text("utf-8"))}


def base_packages(*, asked: bool = False) -> list[str]:
    """The Python packages of the image before ours, as ``name==version``, from repo2docker's lock file.

    ``asked=True`` gives the few, by name only, that it asks for itself; the others come with them.
    """
    import repo2docker
    from packaging.version import InvalidVersion, Version

    file = Path(repo2docker.__file__).parent / "buildpacks" / "conda" / f"environment.py-{python_version(dockerfile())}"
    if asked:
        names = re.findall(r"^- ([a-z_-]+)==", file.with_name(f"{file.name}.yml").read_text("utf-8"), re.MULTILINE)
        return [PIP_NAMES.get(name, name) for name in names]
    lock = file.with_name(f"{file.name}-linux-64.lock").read_text(encoding="utf-8")
    found = []
    for name, version in re.findall(r"/([a-z][^/]*)-([^-/]+)-[^-/]+\.(?:conda|tar\.bz2)#", lock):
        try:
            found.append(f"{PIP_NAMES.get(name, name)}=={Version(version)}")
        except InvalidVersion:  # of something that is no Python package
            continue
    return found


if __name__ == "__main__":
    print("\n".join(base_packages(asked="--asked" in sys.argv)))
