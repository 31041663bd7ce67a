"""The watch over the pages must itself see what it is there for."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from harness import OUTSIDE, Guard
from playwright.sync_api import Browser, BrowserContext, Page

NOTICED_WITHIN_SECONDS = 5
PAGE = "<!doctype html><meta charset=utf-8><title>Rapport</title><h1>Score +53</h1>{}"


@pytest.fixture
def html(tmp_path: Path) -> Callable[[str], Path]:
    def write(body: str = "") -> Path:
        path = tmp_path / "page.html"
        path.write_text(PAGE.format(body), encoding="utf-8")
        return path

    return write


def watched(browser: Browser, url: str) -> Guard:
    context = browser.new_context()
    guard = Guard(context)
    page = context.new_page()
    page.goto(url)
    deadline = time.monotonic() + NOTICED_WITHIN_SECONDS
    while not (guard.outside or guard.errors) and time.monotonic() < deadline:
        page.wait_for_timeout(50)
    context.close()
    return guard


@pytest.mark.parametrize(
    "url", ["https://cdn.example.org/vega.js", "//x", "http://10.0.0.1/", "ws://a.b/", "http://localhost.evil.org/"]
)
def test_address_outside_this_machine_is_outside(url: str) -> None:
    assert OUTSIDE.match(url)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8888/lab", "ws://localhost:1/api", "data:,x", "blob:http://x", "file:///tmp/a.html"]
)
def test_address_of_this_machine_is_not(url: str) -> None:
    assert not OUTSIDE.match(url)


def test_file_opens_without_a_server(page: Page, html: Callable[..., Path]) -> None:
    page.goto(html().as_uri())
    assert page.title() == "Rapport"
    assert page.locator("h1").inner_text() == "Score +53"


STORED = """async () => {
    document.cookie = 'test=1; max-age=1000';
    localStorage.test = sessionStorage.test = 1;
    const asked = indexedDB.open('test', 1);
    await new Promise((done, failed) => Object.assign(asked, {onsuccess: done, onerror: failed}));
    asked.result.close();
}"""


def test_nothing_of_a_test_is_there_for_the_next(
    context: BrowserContext, html: Callable[..., Path], serve: Callable[[Path], str]
) -> None:
    address = serve(html().parent) + "page.html"
    for _ in range(2):
        guard = Guard(context)
        page = context.new_page()
        page.goto(address)
        assert page.evaluate("() => [document.cookie, localStorage.length, sessionStorage.length]") == ["", 0, 0]
        assert page.evaluate("async () => (await indexedDB.databases()).length") == 0
        page.evaluate(STORED)
        assert page.evaluate("async () => (await indexedDB.databases()).length") == 1
        assert page.evaluate("() => [document.cookie, localStorage.length]") == ["test=1", 1]
        guard.leave()
        assert len(context.pages) == 1


def test_file_opens_over_loopback(page: Page, html: Callable[..., Path], serve: Callable[[Path], str]) -> None:
    page.goto(serve(html().parent) + "page.html")
    assert page.title() == "Rapport"


@pytest.mark.parametrize(
    "body",
    [
        "<img src='https://example.org/logo.png'>",
        "<script src='//cdn.example.org/vega.js'></script>",
        "<script>fetch('https://example.org/count')</script>",
        "<script>new WebSocket('wss://example.org/live')</script>",
        "<style>@import url(https://example.org/font.css)</style>",
    ],
    ids=["image", "script", "fetch", "socket", "stylesheet"],
)
def test_request_to_outside_fails(
    browser: Browser, html: Callable[..., Path], serve: Callable[[Path], str], body: str
) -> None:
    guard = watched(browser, serve(html(body).parent) + "page.html")
    with pytest.raises(AssertionError, match="asked outside"):
        guard.check()


def test_nobody_outside_is_found(page: Page, guard: Guard, html: Callable[..., Path]) -> None:
    failures: list[str | None] = []
    page.on("requestfailed", lambda request: failures.append(request.failure))
    page.goto(html().as_uri())
    for address in ("https://example.org/", "http://10.0.0.1/", "http://[2001:db8::1]/"):
        page.evaluate("address => fetch(address).catch(() => null)", address)
    assert failures == ["net::ERR_NAME_NOT_RESOLVED"] * 3
    assert len(guard.outside) == 3
    guard.outside.clear()


def test_error_in_the_page_fails(browser: Browser, html: Callable[..., Path]) -> None:
    guard = watched(browser, html("<script>undefined.schema</script>").as_uri())
    with pytest.raises(AssertionError, match="errors in the page"):
        guard.check()


def test_console_error_is_allowed_of_one_address_alone(
    page: Page, guard: Guard, html: Callable[..., Path], serve: Callable[[Path], str]
) -> None:
    guard.hear_console()
    guard.allow_errors("/known: Failed to load resource", "/favicon.ico: ")
    page.goto(serve(html().parent) + "page.html")
    for name in ("known", "unknown"):
        with page.expect_event("console", lambda message, name=name: message.location["url"].endswith(f"/{name}")):
            page.evaluate("name => fetch(name).then(answer => answer.status)", name)
    (error,) = guard.errors
    assert error.startswith("console: /unknown: Failed to load resource")
    guard.errors.clear()
