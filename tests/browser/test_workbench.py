"""The code-frame app where people use it: JupyterLab, mouse and keyboard, both languages, hostile comments."""

from __future__ import annotations

from collections.abc import Callable

from harness import OpenNotebook, notebook
from test_apps import BEYOND, NAMELESS, kernel, settled

SETUP = "import npskit\ngarden = npskit.datasets.load('garden')"
SAMPLE = (
    "import pandas as pd\n"
    "hand = pd.DataFrame({'comment': ['trop cher', 'bel accueil', 'les prix', 'rien trouvé'] * 10, "
    "'price': [1, 0, 1, 0] * 10, 'welcome': [0, 1, 0, 0] * 10, 'weather': [0, 0, 0, 1] * 10})\n"
)
APP = "app = garden.nps.codeframe_app('retail', comments_lang='fr', sample=hand, lang='en')\napp"
HOSTILE = """import npskit, pandas as pd
comments = ["<script>document.title='run'</script> quai complet", "<img src=x onerror='document.title=1'> quai fermé",
            "</li></ol><h1 id=evil>quai</h1>", "écrivez à zoe.martin@exemple.fr ou au 06 12 34 56 78, quai complet",
            "=HYPERLINK(1) quai", "<iframe src='javascript:parent.document.title=2'></iframe> quai"]
frame = pd.DataFrame({'nps': [1, 5, 8, 9, 10, 3] * 4, 'comment': comments * 4})
app = frame.nps.codeframe_app('discovery', comments_lang='fr')
app"""


def opened(open_notebook: Callable[..., OpenNotebook], *cells: str) -> OpenNotebook:
    found = open_notebook(notebook(*cells), app="lab")
    found.run_all()
    found.page.locator(".npskit-app .npskit-finding b").first.wait_for(timeout=90_000)
    found.page.locator(".npskit-app").scroll_into_view_if_needed()
    return found


def test_words_are_clicked_and_coverage_follows(
    open_notebook: Callable[..., OpenNotebook], screenshot: Callable[..., object]
) -> None:
    found = opened(open_notebook, SETUP, SAMPLE + APP)
    page = found.page
    app = page.locator(".npskit-app")
    for lang, undo in {"en": "Undo", "fr": "Annuler"}.items():
        found.value(f"app.set_trait('lang', {lang!r})")
        settled(found)
        app.get_by_role("button", name=undo).wait_for()
        page.set_viewport_size({"width": 1280, "height": 1500})
        page.wait_for_timeout(300)
        screenshot(f"workbench-{lang}-first")
        assert not app.locator("input:not([type=hidden]), select, button").evaluate_all(NAMELESS)
        before = float(found.value("app.coverage"))
        first = app.locator(".npskit-chips button").first
        word = first.inner_text().rpartition(" (")[0]
        first.click()
        kernel(found, "len(app._past)", "1")
        settled(found)
        assert float(found.value("app.coverage")) > before
        assert found.value(f"app.codeframe.lines[0].include.endswith({', ' + word!r})") == "True"
        page.wait_for_function(
            "word => !document.querySelector('.npskit-chips button').innerText.startsWith(word + ' (')", arg=word
        )
        screenshot(f"workbench-{lang}-clicked")
        app.get_by_role("button", name=undo).click()
        kernel(found, f"abs(app.coverage - {before}) < 1e-9", "True")
        kernel(found, "len(app._past)", "0")
        settled(found)
        for width in (1000, 720):
            page.set_viewport_size({"width": width, "height": 1500})
            page.wait_for_timeout(200)
            assert not app.locator("p, li, td, pre, button, input, select").evaluate_all(BEYOND)
        screenshot(f"workbench-{lang}-narrow")


def test_keyboard_alone_makes_a_theme_and_saves_it(open_notebook: Callable[..., OpenNotebook]) -> None:
    found = opened(open_notebook, SETUP, "app = garden.nps.codeframe_app('retail', comments_lang='fr')\napp")
    page = found.page
    app = page.locator(".npskit-app")
    app.get_by_label("New theme").focus()
    page.keyboard.type("Terrasse")
    page.keyboard.press("Enter")
    kernel(found, "app.theme", "'Terrasse'")
    app.get_by_label("Word, beginning*").focus()
    page.keyboard.type('bavard*, "terrasse"')
    page.keyboard.press("Enter")
    kernel(found, "app.codeframe.themes[-1]", "'Terrasse'")
    settled(found)
    chips = app.locator(".npskit-chips button")
    chips.nth(1).focus()
    page.keyboard.press("Enter")
    kernel(found, "len(app._past)", "2")
    settled(found)
    assert page.evaluate("document.activeElement === document.querySelectorAll('.npskit-chips button')[1]")
    app.get_by_label("File (CSV)").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    app.get_by_text("Saved: codeframe.csv").wait_for()
    assert found.value("app.code") == "\"df.nps.themes('codeframe.csv')\""
    assert found.value("garden.nps.themes('codeframe.csv', lang='fr').coverage == app.coverage") == "True"
    page.keyboard.press("Enter")
    app.get_by_text("a file that is there already").wait_for()


def test_hostile_comments_are_read_and_not_run(
    open_notebook: Callable[..., OpenNotebook], screenshot: Callable[..., object]
) -> None:
    found = opened(open_notebook, HOSTILE)
    page = found.page
    app = page.locator(".npskit-app")
    page.wait_for_timeout(500)
    title = page.title()
    assert title not in ("run", "1", "2")
    assert not app.locator("h1, img, iframe, li script").count()
    text = app.inner_text()
    assert "<script>" in text
    assert "zoe" not in text
    assert "06 12" not in text
    assert "[e-mail]" in text
    app.get_by_role("button", name="quai (24)", exact=True).click()
    kernel(found, "app.coverage", "1.0")
    settled(found)
    app.get_by_label("Comments shown").select_option(value=None, index=1)
    page.wait_for_timeout(500)
    assert not app.locator("h1, img, iframe, li script").count()
    assert page.title() == title
    screenshot("workbench-hostile")
