"""The server extension: who may ask, what it makes, and what it refuses."""

from __future__ import annotations

import ast
import asyncio
import errno
import http.client
import json
import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote, unquote

import nbformat
import pandas as pd
import pytest

pytest.importorskip("jupyter_server")
from jupyter_server.auth import Authorizer
from jupyter_server.serverapp import ServerApp
from jupyter_server.services.contents.filemanager import AsyncFileContentsManager
from jupyter_server.services.contents.manager import AsyncContentsManager
from tornado import web
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from traitlets.config import Config

import npskit.jupyter
from npskit.jupyter.application import NPSKit
from npskit.jupyter.places import named

BASE = "/user/x@y.fr/"
TOKEN = "secret-of-the-tests"
SECRET = "Mme Dupont is not pleased"
ROOT = Path(__file__).resolve().parent.parent
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")


# ---- a server -----------------------------------------------------------------------------------------------


class Serving:
    """A server in a thread; its settings can be changed between requests."""

    def __init__(self, root: Path, home: Path, folders: list[str]) -> None:
        config = Config()
        config.ServerApp.update(
            jpserver_extensions={"npskit.jupyter": True}, root_dir=str(root), base_url=quote(BASE), port=0,
            open_browser=False, allow_root=True, log_level="WARN",
        )  # fmt: skip
        config.IdentityProvider.token = TOKEN
        config.NotebookNotary.db_file = ":memory:"
        config.NPSKit.template_dirs = folders
        self.root, self.config, self.ready = root, config, threading.Event()
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()
        assert self.ready.wait(30)

    def serve(self) -> None:
        asyncio.run(self.run())

    async def run(self) -> None:
        self.loop, self.stopping = asyncio.get_running_loop(), asyncio.Event()
        app = self.app = ServerApp(config=self.config)
        app.init_signal = lambda: None
        app.initialize(argv=[], find_extensions=False, new_httpserver=False)
        app.log.propagate = True
        sockets = bind_sockets(0, "127.0.0.1")
        listening = HTTPServer(app.web_app)
        listening.add_sockets(sockets)
        self.port = sockets[0].getsockname()[1]
        self.settings = app.web_app.settings
        self.ready.set()
        await self.stopping.wait()
        listening.stop()
        await app._cleanup()

    def stop(self) -> None:
        self.loop.call_soon_threadsafe(self.stopping.set)
        self.thread.join(10)

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        token: str | None = TOKEN,
        headers: dict[str, str] | None = None,
    ) -> SimpleNamespace:
        given = {**({"Authorization": f"token {token}"} if token else {}), **(headers or {})}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            content = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
            connection.request(method, path if path.startswith("/") else quote(BASE) + path, content, given)
            answer = connection.getresponse()
            text = answer.read()
            return SimpleNamespace(
                status=answer.status, headers=dict(answer.getheaders()), json=json.loads(text or "0")
            )
        finally:
            connection.close()

    def make(self, template: str = "health-check", cwd: str = "", **body: Any) -> SimpleNamespace:
        return self.ask("POST", "npskit/notebooks", {"template": template, "cwd": cwd, **body})

    def notebook(self, path: str) -> Any:
        return nbformat.read(self.root / path, as_version=4)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    home = tmp_path_factory.mktemp("jupyter")
    root = tmp_path_factory.mktemp("work") / "root"
    root.mkdir()
    ours, theirs = root / "organisation", home / "theirs"
    for folder in (ours, theirs):
        folder.mkdir()
    (theirs / "huge.ipynb").touch()
    os.truncate(theirs / "huge.ipynb", 500_000_000)
    (theirs / "broken.ipynb").write_text("{")
    cell = nbformat.v4.new_code_cell("data = None\ntitle = ''", metadata={"tags": ["parameters"]})
    metadata = {"npskit": {"title": {"en": "Shops", "fr": "Magasins"}}}
    nbformat.write(nbformat.v4.new_notebook(cells=[cell], metadata=metadata), ours / "3-shops.ipynb")
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# Read")]), ours / "read me.ipynb")
    patch = pytest.MonkeyPatch()
    for name in ("CONFIG_DIR", "DATA_DIR", "RUNTIME_DIR"):
        patch.setenv(f"JUPYTER_{name}", str(home / name.lower()))
    patch.setenv("HOME", str(home))
    serving = Serving(root, home, ["organisation", "~/theirs", "nowhere"])
    yield serving
    serving.stop()
    patch.undo()


@pytest.fixture
def server(shared: Serving, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Serving:
    """The server, with an empty folder of the test's own below the root."""
    shared.cwd = f"of-{tmp_path.name}"
    (shared.root / shared.cwd).mkdir()
    return shared


def write(server: Serving, *names: str) -> str:
    """Empty files in the test's folder; the path of the last."""
    for name in names:
        (server.root / server.cwd / name).parent.mkdir(parents=True, exist_ok=True)
        (server.root / server.cwd / name).touch()
    return f"{server.cwd}/{names[-1]}"


def injected(notebook: Any) -> dict[str, Any]:
    """What the cell of the run's parameters sets, read by Jupyter's own rules and Python's."""
    from IPython.core.inputtransformer2 import TransformerManager

    cells = [cell for cell in notebook.cells if "injected-parameters" in cell.metadata.get("tags", [])]
    if not cells:
        return {}
    source = TransformerManager().transform_cell(cells[0].source)
    assert source == cells[0].source + "\n"
    tree = ast.parse(source)
    assert all(isinstance(node, ast.Assign) for node in tree.body)
    return {node.targets[0].id: ast.literal_eval(node.value) for node in tree.body}


# ---- the catalogue ------------------------------------------------------------------------------------------


def test_templates_are_listed(server: Serving) -> None:
    answer = server.ask("GET", "npskit/templates?lang=fr")
    assert answer.status == 200
    assert answer.headers["Content-Type"].startswith("application/json")
    rows = {row["id"]: row for row in answer.json}
    assert rows["health-check"]["title"] == "Bilan NPS"
    assert rows["shops"] == {
        "id": "shops", "title": "Magasins", "caption": "", "kind": "template", "parameters": ["data", "title"],
        "own": True,
    }  # fmt: skip
    assert {"huge", "broken"} & set(rows) == set()


def test_kinds_are_chosen(server: Serving) -> None:
    kinds = {
        kind: {row["kind"] for row in server.ask("GET", f"npskit/templates?kind={kind}").json}
        for kind in ("template", "all")
    }
    assert kinds["template"] == {"template"}
    assert kinds["all"] >= {"template"}


def test_language_of_the_environment_that_there_is_not_is_passed_over(
    server: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NPSKIT_LANG", "de")
    assert server.ask("GET", "npskit/templates").status == 200


@pytest.mark.parametrize("query", ["lang=de", "kind=x", "lang=%00", "kind=template&kind=x"])
def test_wrong_query_is_told(server: Serving, query: str) -> None:
    answer = server.ask("GET", f"npskit/templates?{query}")
    assert answer.status == 400
    assert "expected" in answer.json["message"]


# ---- who may ask --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("method", "path"), [("GET", "npskit/templates"), ("POST", "npskit/notebooks")])
@pytest.mark.parametrize("token", [None, "wrong"])
def test_nobody_without_a_token(server: Serving, method: str, path: str, token: str | None) -> None:
    answer = server.ask(
        method, path, {"template": "health-check", "cwd": ""} if method == "POST" else None, token=token
    )
    assert answer.status == 403
    assert set(answer.json) <= {"message", "hint"}


def test_cookie_needs_the_header_against_forgery(server: Serving) -> None:
    cookies: dict[str, str] = {}
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    for page in ("login", f"api/status?token={TOKEN}"):
        connection.request("GET", quote(BASE) + page)
        answer = connection.getresponse()
        assert answer.read()
        told = [line for name, line in answer.getheaders() if name.lower() == "set-cookie"]
        cookies |= dict(line.split(";")[0].split("=", 1) for line in told)
    connection.close()
    header = "; ".join(f"{name}={value}" for name, value in cookies.items())
    body = {"template": "health-check", "cwd": server.cwd}
    assert server.ask("GET", "npskit/templates", token=None, headers={"Cookie": header}).status == 200
    refused = server.ask("POST", "npskit/notebooks", body, token=None, headers={"Cookie": header})
    assert refused.status == 403
    assert "XSRF" in refused.json["message"] or "_xsrf" in refused.json["message"]
    xsrf = {"Cookie": header, "X-XSRFToken": unquote(cookies["_xsrf"])}
    assert server.ask("POST", "npskit/notebooks", body, token=None, headers=xsrf).status == 201


def test_other_pages_may_not_ask(server: Serving) -> None:
    headers = {"Origin": "https://evil.example", "Host": f"127.0.0.1:{server.port}"}
    answer = server.ask("GET", "npskit/templates", token=None, headers=headers)
    assert answer.status in (403, 404)


@pytest.mark.parametrize(("action", "path"), [("read", "npskit/templates"), ("write", "npskit/notebooks")])
def test_who_is_not_allowed_may_not(server: Serving, monkeypatch: pytest.MonkeyPatch, action: str, path: str) -> None:
    asked = []

    class Denying(Authorizer):
        def is_authorized(self, handler: Any, user: Any, action: str, resource: str) -> bool:
            asked.append((action, resource))
            return False

    monkeypatch.setitem(server.settings, "authorizer", Denying())
    if action == "read":
        answer = server.ask("GET", path)
    else:
        answer = server.ask("POST", path, {"template": "health-check", "cwd": server.cwd})
    assert answer.status == 403
    assert asked == [(action, "contents")]
    assert list((server.root / server.cwd).iterdir()) == []


# ---- a notebook ---------------------------------------------------------------------------------------------


def test_notebook_stands_beside_the_data(server: Serving) -> None:
    file = write(server, "sales.csv")
    answer = server.make(cwd=server.cwd, file=file, lang="fr", parameters={"by": ["shop"], "confidence_level": 0.9})
    assert answer.status == 201
    assert answer.json == {"path": f"{server.cwd}/sales-health-check.ipynb"}
    assert answer.headers["Location"] == f"{quote(BASE)}api/contents/{server.cwd}/sales-health-check.ipynb"
    made = server.notebook(answer.json["path"])
    nbformat.validate(made)
    assert made.metadata.kernelspec.name == "python3"
    assert injected(made) == {"data": "sales.csv", "by": ["shop"], "confidence_level": 0.9, "lang": "fr"}
    there = server.ask("GET", answer.headers["Location"])
    assert there.status == 200
    assert there.json["type"] == "notebook"


def test_notebook_without_data_is_the_template(server: Serving) -> None:
    answer = server.make("forecast", server.cwd)
    assert answer.json == {"path": f"{server.cwd}/forecast.ipynb"}
    assert injected(server.notebook(answer.json["path"])) == {}


def test_root_is_a_folder(server: Serving) -> None:
    answer = server.make("growth", "")
    assert "/" not in answer.json["path"]
    (server.root / answer.json["path"]).unlink()


def test_nothing_is_overwritten(server: Serving) -> None:
    made = [server.make("segments", server.cwd).json["path"] for _ in range(3)]
    assert [Path(path).name for path in made] == ["segments.ipynb", "segments-2.ipynb", "segments-3.ipynb"]


def test_own_template_is_made_and_guides_too(server: Serving) -> None:
    file = write(server, "a.csv")
    assert server.make("shops", server.cwd, file=file, lang="fr").status == 201
    assert injected(server.notebook(f"{server.cwd}/a-shops.ipynb")) == {"data": "a.csv"}
    assert server.make("read me", server.cwd, lang="en").json == {"path": f"{server.cwd}/read me.ipynb"}
    refused = server.make("read me", server.cwd, file=file, lang="en")
    assert (refused.status, refused.json["message"]) == (400, "“read me” does not take a file")


@pytest.mark.parametrize(
    ("cwd", "file", "data"),
    [
        ("", "deep/x.csv", "deep/x.csv"),
        ("deep", "x.csv", "../x.csv"),
        ("deep/a", "deep/b/x.csv", "../b/x.csv"),
        ("deep/a/", "deep/a/x.csv", "x.csv"),
    ],
)
def test_data_are_found_from_the_folder_of_the_notebook(server: Serving, cwd: str, file: str, data: str) -> None:
    for folder in ("deep/a", "deep/b"):
        (server.root / server.cwd / folder).mkdir(parents=True)
    file = write(server, file)
    answer = server.make(cwd=f"{server.cwd}/{cwd}".rstrip() if cwd else server.cwd, file=file)
    assert answer.status == 201
    found = injected(server.notebook(answer.json["path"]))["data"]
    assert found == data
    assert (server.root / answer.json["path"]).parent.joinpath(found).exists()


HOSTILE = [
    "it's.csv", 'quo"ted.csv', "line\nbreak.csv", "''' + '''.csv", '"""; x = 1 #.csv', "{{ x }}.csv", "{x}.csv", "a\\",
    "\\'; import os #.csv", "\u2028.csv", "é漢😀\u202ecsv.exe", "%pwd.csv", "!ls.csv", "what?", "-rf.csv", "a b..csv",
    "\udcff.csv", "C:\\sales.csv", "CON.csv", "=1+1.csv", "x.csv\t", "a..∕x", "a" * 250 + ".csv",
    "漢" * 80 + ".csv", "\x7f\x1b[31m.csv", "</script>.csv".replace("/", ""), "$(id).csv", "%2e%2e%2f.csv",
]  # fmt: skip


@pytest.mark.skipif(sys.platform == "win32", reason="no such names there")
@pytest.mark.parametrize("name", HOSTILE, ids=ascii)
def test_names_of_files_are_only_names(server: Serving, name: str) -> None:
    file = write(server, name)
    answer = server.make(cwd=server.cwd, file=file)
    assert answer.status == 201, answer.json
    path = answer.json["path"]
    made = server.root / path
    assert made.parent == server.root / server.cwd
    assert len(made.name.encode()) < 250
    assert not set(made.name) & set('<>:"/\\|?*\n\t\u202e')
    notebook = server.notebook(path)
    assert injected(notebook) == {"data": name}
    assert len(server.root.joinpath(server.cwd).glob("*") and list((server.root / server.cwd).iterdir())) == 2 + (
        (server.root / server.cwd / ".ipynb_checkpoints").exists()
    )
    assert server.ask("GET", answer.headers["Location"]).status == 200


@pytest.mark.skipif(sys.platform == "win32", reason="no such names there")
@pytest.mark.parametrize("stem", ["sales [1]", "what?", "a*b", "it's {x}", "é漢"])
@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_data_of_any_name_are_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stem: str, suffix: str) -> None:
    """What the notebook does with the name that it was given."""
    if suffix == ".parquet":
        pytest.importorskip("duckdb")
    monkeypatch.chdir(tmp_path)
    data, name = pd.DataFrame({"nps": [10, 0, 10, 8], "shop": list("abab")}), stem + suffix
    with open(name, "wb") as file:
        data.to_csv(file, index=False) if suffix == ".csv" else data.to_parquet(file)
    assert npskit.Survey(name).score() == 25


@pytest.mark.skipif(sys.platform == "win32", reason="no such names there")
def test_names_of_folders_are_only_names(server: Serving) -> None:
    folder = f"{server.cwd}/it's {{a}} \udcff %41"
    (server.root / folder).mkdir()
    answer = server.make(cwd=folder)
    assert answer.json == {"path": f"{folder}/health-check.ipynb"}
    assert answer.headers["Location"].endswith("/it%27s%20%7Ba%7D%20%FF%20%2541/health-check.ipynb")


@pytest.mark.parametrize(
    "value",
    ["'''\n\u2028{{ x }}\ud800", [1, None, True, {"a": float("inf")}], {"'": '"'}, -0.0, 10**30, ""],
    ids=ascii,
)
def test_values_are_only_values(server: Serving, value: Any) -> None:
    answer = server.make("shops", server.cwd, parameters={"title": value})
    assert answer.status == 201
    cell = server.notebook(answer.json["path"]).cells[1]
    scope: dict[str, Any] = {}
    exec(cell.source, scope)
    assert scope["title"] == value


def test_french_template_says_so_only_when_asked(server: Serving) -> None:
    answer = server.make("health-check", server.cwd, lang="en")
    assert injected(server.notebook(answer.json["path"])) == {"lang": "en"}
    answer = server.make("health-check", server.cwd, lang="fr", parameters={"lang": "en"})
    assert injected(server.notebook(answer.json["path"])) == {"lang": "en"}


# ---- what is refused ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"", "expected JSON"),
        (b"{", "expected JSON"),
        (b"\xff", "expected JSON"),
        (b"[" * 400_000, "expected JSON"),
        (b"[]", "expected an object"),
        (b"null", "expected an object"),
        ({"cwd": ""}, "'template': expected a text, got NoneType"),
        ({"template": "health-check"}, "'cwd': expected a text"),
        ({"template": "health-check", "cwd": 3}, "'cwd': expected a text, got int"),
        ({"template": ["health-check"], "cwd": ""}, "'template': expected a text"),
        ({"template": "health-check", "cwd": "", "file": {}}, "'file': expected a text"),
        ({"template": "health-check", "cwd": "", "parameters": []}, "'parameters': expected an object"),
        ({"template": "health-check", "cwd": "", "lang": "de"}, "lang: expected en or fr"),
        ({"template": "health-check", "cwd": "", "lang": []}, "lang: expected en or fr"),
        ({"template": "health-check", "cwd": "", "fle": "x"}, "got 'fle'"),
        ({"template": "health-check", "cwd": "", "parameters": {"evry": 1}}, "'evry'"),
        ({"template": "health-check", "cwd": "", "parameters": {"a\nimport os": 1}}, "parameters"),
        ({"template": "broken", "cwd": ""}, "'broken'"),
    ],
    ids=range(18),
)
def test_wrong_request_is_told(server: Serving, body: Any, told: str) -> None:
    before = sorted(server.root.rglob("*"))
    answer = server.ask("POST", "npskit/notebooks", body)
    assert answer.status == 400
    assert set(answer.json) <= {"message", "hint"}
    assert told in answer.json["message"]
    assert str(server.root.parent) not in json.dumps(answer.json)
    assert sorted(server.root.rglob("*")) == before


def test_hint_names_the_parameter_meant(server: Serving) -> None:
    assert "did you mean 'every'" in server.make(cwd=server.cwd, parameters={"evry": 1}).json["hint"]


def test_data_come_once(server: Serving) -> None:
    file = write(server, "a.csv")
    assert server.make(cwd=server.cwd, file=file, parameters={"data": "/etc/passwd"}).status == 400


@pytest.mark.parametrize("deep", [60, 300, 900])
def test_deep_values_are_refused(server: Serving, deep: int) -> None:
    """Python itself reads no more than two hundred brackets, which the person would find when the cell runs."""
    body = b'{"template": "shops", "cwd": "", "parameters": {"title": ' + b"[" * deep + b"]" * deep + b"}}"
    answer = server.ask("POST", "npskit/notebooks", body)
    assert answer.status == 400
    assert "'parameters': expected at most 50 values inside each other" in answer.json["message"]


def test_template_with_half_a_character_is_told(server: Serving) -> None:
    half = server.root / "organisation" / "half.ipynb"
    cell = nbformat.v4.new_markdown_cell("\ud800")
    half.write_text(json.dumps(nbformat.v4.new_notebook(cells=[cell])), encoding="utf-8")
    answer = server.make("half", server.cwd)
    half.unlink()
    assert (answer.status, answer.json["message"]) == (400, "template 'half': expected a notebook, got something else.")


@pytest.mark.parametrize(
    "template",
    [
        "helth-check",
        "",
        "../health-check",
        "01-health-check",
        "01-health-check.ipynb",
        "/etc/passwd",
        "health-check.fr",
    ],
)
def test_unknown_template_is_not_found(server: Serving, template: str) -> None:
    answer = server.make(template, server.cwd, lang="fr")
    assert answer.status == 404
    assert answer.json["message"].startswith("Il n’y a pas de modèle")
    assert "health-check" in answer.json["hint"]


def test_path_is_no_template(server: Serving) -> None:
    path = server.root / server.cwd / "x.ipynb"
    nbformat.write(nbformat.v4.new_notebook(), path)
    assert server.make(str(path), server.cwd).status == 404


ESCAPES = [
    "..", "../..", "a/../..", "./a", "a/./b", "/etc", "//etc", "a//b", "..\\..", "a\\..\\..", "%2e%2e",
    "%2e%2e%2f", "..%2f", "~", "~root", "C:\\", "C:/", "\\\\server\\share", "file:///etc", "\0", "a\0b", "nowhere",
    ".hidden", "\ud800", ".hidden/deep", "out", "out/deep", "a" * 5000, "/".join("a" * 3000), "..\u2044..", "．．",
]  # fmt: skip


@pytest.mark.parametrize("path", ESCAPES, ids=lambda path: ascii(path)[:30])
@pytest.mark.parametrize("what", ["cwd", "file"])
def test_nothing_out_of_the_root_is_reached(server: Serving, tmp_path: Path, what: str, path: str) -> None:
    here = server.root / server.cwd
    outside = tmp_path / "outside"
    for folder in (here / "a" / "b", here / ".hidden" / "deep", outside / "deep"):
        folder.mkdir(parents=True)
    (here / ".hidden" / "x.csv").touch()
    (outside / "x.csv").touch()
    (here / "out").symlink_to(outside)
    before = sorted(outside.rglob("*"))
    asked = path if path.startswith("/") else f"{server.cwd}/{path}"
    given = {"cwd": asked} if what == "cwd" else {"cwd": server.cwd, "file": f"{asked}/x.csv"}
    answer = server.make(**given)
    assert answer.status == 404, answer.json
    assert set(answer.json) == {"message", "hint"}
    assert sorted(outside.rglob("*")) == before


def test_link_to_a_file_outside_is_refused(server: Serving, tmp_path: Path) -> None:
    (tmp_path / "x.csv").touch()
    (server.root / server.cwd / "x.csv").symlink_to(tmp_path / "x.csv")
    assert server.make(cwd=server.cwd, file=f"{server.cwd}/x.csv").status == 404


def test_links_within_the_root_are_followed(server: Serving) -> None:
    (server.root / server.cwd / "real").mkdir()
    (server.root / server.cwd / "link").symlink_to("real")
    assert server.make(cwd=f"{server.cwd}/link").status == 201
    assert (server.root / server.cwd / "real" / "health-check.ipynb").exists()


def test_links_out_are_followed_when_the_server_says_so(
    server: Serving, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(server.settings, "npskit_follow_links", True)
    (tmp_path / "outside").mkdir()
    (server.root / server.cwd / "out").symlink_to(tmp_path / "outside")
    assert server.make(cwd=f"{server.cwd}/out").status == 201


def test_planted_link_is_not_written_through(server: Serving, tmp_path: Path) -> None:
    (server.root / server.cwd / "health-check.ipynb").symlink_to(tmp_path / "planted")
    assert server.make(cwd=server.cwd).json == {"path": f"{server.cwd}/health-check-2.ipynb"}
    assert not (tmp_path / "planted").exists()


def test_folder_is_no_file_and_file_no_folder(server: Serving) -> None:
    file = write(server, "x.csv")
    assert server.make(cwd=file).status == 404
    assert server.make(cwd=server.cwd, file=server.cwd).status == 404


def test_hidden_files_are_used_where_the_server_shows_them(server: Serving, monkeypatch: pytest.MonkeyPatch) -> None:
    file = write(server, ".hidden/x.csv")
    monkeypatch.setattr(server.settings["contents_manager"], "allow_hidden", True)
    answer = server.make(cwd=f"{server.cwd}/.hidden", file=file)
    assert answer.json == {"path": f"{server.cwd}/.hidden/x-health-check.ipynb"}


def test_large_body_is_refused(server: Serving) -> None:
    body = json.dumps({"template": "shops", "cwd": "", "parameters": {"title": "x" * 1_000_000}}).encode()
    answer = server.ask("POST", "npskit/notebooks", body)
    assert answer.status == 413
    assert "1,000,000" in answer.json["message"]


def test_body_in_pieces_is_bounded(server: Serving) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    pieces = (b"x" * 100_000 for _ in range(30))
    headers = {"Authorization": f"token {TOKEN}"}
    connection.request("POST", f"{quote(BASE)}npskit/notebooks", pieces, headers, encode_chunked=True)
    assert connection.getresponse().status == 413
    connection.close()


def test_huge_template_is_refused_unread(server: Serving) -> None:
    began = time.perf_counter()
    answer = server.make("huge", server.cwd, lang="en")
    assert answer.status == 413
    assert answer.json["message"] == "The template “huge” is larger than 20 MB"
    assert time.perf_counter() - began < 2


# ---- who writes, and where ----------------------------------------------------------------------------------


def test_each_of_many_gets_their_own(server: Serving) -> None:
    file = write(server, "sales.csv")
    with ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(lambda at: server.make("shops", server.cwd, file=file, parameters={"title": at}), range(16))
        )
    assert {answer.status for answer in answers} == {201}
    assert len({answer.json["path"] for answer in answers}) == 16
    titles = [injected(server.notebook(answer.json["path"]))["title"] for answer in answers]
    assert titles == list(range(16))


def test_two_servers_share_a_folder(server: Serving, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other's notebook comes to be between the look and the writing."""

    theirs = server.root / server.cwd / "health-check.ipynb"
    theirs.write_text("theirs")

    def exists(self: Any, path: str) -> bool:
        return not path.endswith("health-check.ipynb") and (server.root / path).exists()

    monkeypatch.setattr(AsyncFileContentsManager, "exists", exists)
    assert server.make(cwd=server.cwd).json == {"path": f"{server.cwd}/health-check-2.ipynb"}
    assert theirs.read_text() == "theirs"


def failing(error: Exception) -> Any:
    async def save(self: Any, model: Any, path: str = "") -> Any:
        if isinstance(error, web.HTTPError):
            raise error
        raise web.HTTPError(500, f"Unexpected error while saving file: {path} {error}") from error

    return save


@pytest.mark.parametrize(
    ("error", "status", "told"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), 507, "no room"),
        (PermissionError(errno.EACCES, "Permission denied"), 403, "cannot be written to"),
        (OSError(errno.EROFS, "Read-only file system"), 403, "cannot be written to"),
        (web.HTTPError(403, "Permission denied: /inside"), 403, "cannot be written to"),
        (web.HTTPError(409, "locked by 100%"), 409, "locked by 100%"),
        (RuntimeError("the inside"), 500, "could not be written"),
    ],
    ids=["full", "access", "read-only", "forbidden", "conflict", "unforeseen"],
)
def test_what_cannot_be_written_is_told_and_leaves_nothing(
    server: Serving, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int, told: str
) -> None:
    monkeypatch.setattr(AsyncFileContentsManager, "save", failing(error))
    answer = server.make(cwd=server.cwd, lang="en")
    assert (answer.status, set(answer.json) <= {"message", "hint"}) == (status, True)
    assert told in answer.json["message"]
    assert "inside" not in json.dumps(answer.json)
    assert list((server.root / server.cwd).iterdir()) == []


def test_folder_that_may_not_be_written_is_told(server: Serving, monkeypatch: pytest.MonkeyPatch) -> None:
    access = os.access
    monkeypatch.setattr(os, "access", lambda path, mode, **more: mode != os.W_OK and access(path, mode, **more))
    answer = server.make(cwd=server.cwd, lang="fr")
    assert answer.status == 403
    assert "accessible en écriture" in answer.json["message"]
    assert answer.json["hint"]


def test_disk_that_cannot_be_written_is_told(server: Serving, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = os.open

    def refuse(path: Any, flags: int, *rest: Any, **more: Any) -> int:
        if flags & os.O_EXCL and str(path).endswith(".ipynb"):
            raise OSError(errno.EROFS, "Read-only file system")
        return opened(path, flags, *rest, **more)

    monkeypatch.setattr(os, "open", refuse)
    assert server.make(cwd=server.cwd).status == 403


class InMemory(AsyncContentsManager):
    """A store that is no disk."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.files: dict[str, Any] = {"team/north.csv": "x"}

    async def dir_exists(self, path: str) -> bool:
        return path in ("", "team")

    async def file_exists(self, path: str = "") -> bool:
        await asyncio.sleep(0.001)
        return path in self.files

    async def exists(self, path: str) -> bool:
        return await self.dir_exists(path) or await self.file_exists(path)

    async def is_hidden(self, path: str) -> bool:
        return False

    async def get(self, path: str, content: bool = True, **_: Any) -> dict[str, Any]:
        return {"path": path, "name": path, "type": "directory", "content": None}

    async def save(self, model: Any, path: str = "") -> dict[str, Any]:
        await asyncio.sleep(0.01)
        assert path not in self.files
        self.files[path] = json.dumps(model)
        return {"path": f"/{path}", **{key: model[key] for key in ("type",)}}


def test_store_that_is_no_disk_serves(server: Serving, monkeypatch: pytest.MonkeyPatch) -> None:
    store = InMemory()
    monkeypatch.setitem(server.settings, "contents_manager", store)
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: server.make("shops", "team", file="team/north.csv"), range(4)))
    names = sorted(answer.json["path"] for answer in made)
    assert names == [f"team/north-shops{end}.ipynb" for end in ("-2", "-3", "-4", "")]
    content = json.loads(store.files["team/north-shops.ipynb"])
    assert content["type"] == "notebook"
    assert "data = 'north.csv'" in json.dumps(content["content"])
    assert list((server.root / server.cwd).iterdir()) == []
    assert server.make("shops", "nowhere").status == 404


def test_too_many_of_one_name_is_told(server: Serving, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(AsyncFileContentsManager, "exists", lambda self, path: True)
    assert server.make(cwd=server.cwd).status == 409


def test_log_tells_nothing_of_data_and_parameters(server: Serving, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        (server.root / server.cwd / "c.csv").write_text(f"rating,comment\n9,{SECRET}\n")
        server.make("shops", server.cwd, file=f"{server.cwd}/c.csv", parameters={"title": SECRET})
        server.make("shops", server.cwd, parameters={"titl": SECRET})
        server.ask("POST", "npskit/notebooks", f'{{"template": "{SECRET}'.encode())
    assert SECRET not in caplog.text


def test_names_fit_every_disk() -> None:
    assert named("growth", "a/" + "漢" * 300 + ".csv").endswith("漢-growth")
    assert named("t" * 300, "x.csv") == "t" * 200
    assert named("..", "...") == "notebook"
    assert not named("x", ".hidden").startswith(".")


# ---- at the start of the server -----------------------------------------------------------------------------


def test_configuration_that_is_installed_enables_the_extension() -> None:
    folder = ROOT / "npskit" / "jupyter" / "jupyter-config"
    settings = json.loads((folder / "npskit.json").read_text(encoding="utf-8"))
    assert settings == {"ServerApp": {"jpserver_extensions": {"npskit.jupyter": True}}}
    (point,) = npskit.jupyter._jupyter_server_extension_points()
    assert point == {"module": "npskit.jupyter.application", "app": NPSKit}


def test_folders_are_below_the_root_or_the_home(
    server: Serving, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    (found,) = server.app.extension_manager.extension_apps["npskit.jupyter"]
    monkeypatch.setattr(found, "template_dirs", ["organisation", "~/theirs", str(tmp_path), "nowhere"])
    home = Path.home()
    assert found.folders() == [server.root / "organisation", home / "theirs", tmp_path, server.root / "nowhere"]
    with caplog.at_level(logging.WARNING):
        found.initialize_settings()
    told = [record.getMessage() for record in caplog.records if "template_dirs" in record.getMessage()]
    assert len(told) == 1
    assert str(server.root / "nowhere") in told[0]


def test_server_never_loads_pandas() -> None:
    code = """
import sys
from jupyter_server.serverapp import ServerApp
ServerApp.instance()
import npskit.jupyter.application
from npskit.report.catalogue import templates
from npskit.report.template import prepared
assert templates()
prepared("health-check", {"data": "a.csv", "by": ["shop", None, 3.5], "columns": {"rating": "q1"}})
print({"pandas", "numpy", "altair", "narwhals", "IPython"} & set(sys.modules))
import pandas, npskit
print(npskit.Survey(pandas.DataFrame({"q1": [10, 9, 8, 0]}), rating="q1").score())
print(pandas.DataFrame({"q1": [10, 9, 8, 0]}).nps(rating="q1").score())
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert run.stdout.split() == ["set()", "25.0", "25.0"]


def test_package_loads_nothing_until_the_server_asks() -> None:
    code = "import sys, npskit.jupyter; print({'jupyter_server', 'tornado', 'altair'} & set(sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert run.stdout.strip() == "set()"
