"""A report as a workbook: numbers are numbers, names are legal, and nothing in it runs."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest

from npskit.report.contents import TABLE_TYPE, Line, Sheet, contents
from npskit.report.figures import Figure, figure, format_of, parted, without_sign
from npskit.report.pointed import pointed
from npskit.report.workbook import sheet_name, workbook
from npskit.survey.action_files import as_workbook
from npskit.survey.priorities import write_workbook
from npskit.survey.worklist_export import exported

nbformat = pytest.importorskip("nbformat")
openpyxl = pytest.importorskip("openpyxl")


def notebook(*bundles: dict[str, Any], markdown: str = "", tags: tuple[str, ...] = ()) -> Any:
    v4 = nbformat.v4
    outputs = [v4.new_output("display_data", data=bundle) for bundle in bundles]
    cells = [v4.new_code_cell("x", outputs=outputs, metadata={"tags": list(tags)})]
    return v4.new_notebook(cells=[*([v4.new_markdown_cell(markdown)] if markdown else []), *cells])


def opened(content: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(content))


def table(*rows: tuple[str, ...]) -> dict[str, Any]:
    lines = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return {"text/html": f"<section><h2>Where?</h2><table>{lines}</table></section>"}


def chart(rows: Any, *fields: tuple[str, str], **more: Any) -> dict[str, Any]:
    tips = [{"field": field, "title": title, "type": "nominal"} for field, title in fields]
    layer = {"mark": "point", "encoding": {"tooltip": tips}, **more}
    spec = {"title": {"text": "Lyon leads", "subtitle": "by shop"}, "data": {"values": rows}, "layer": [layer]}
    return {"application/vnd.vegalite.v5+json": spec, "image/svg+xml": SVG}


SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"><rect width="40" height="20"/></svg>'


@pytest.mark.parametrize(
    ("text", "lang", "value"),
    [
        ("+39", "en", 39), ("−12", "en", -12), ("1,234", "en", 1234), ("1\u202f234,5", "fr", 1234.5),
        ("30\u202f%", "fr", 0.3), ("0.4%", "en", 0.004), ("n\u00a0=\u00a0301", "fr", 301), ("+5 points", "en", 5),
        ("< 1%", "en", None), ("3 / 5", "en", None), ("Lyon", "en", None), ("2017-Q1", "en", None),
        ("1,23", "en", None), ("", "en", None), ("+", "en", None),
    ],
)  # fmt: skip
def test_figures_are_read_in_their_language(text: str, lang: str, value: float | None) -> None:
    found = figure(text, lang)
    assert (None if found is None else found.value) == value


def test_ranges_part_into_their_ends() -> None:
    assert parted(["+37 to +42", None], "en") == [["+37", None], ["+42", None]]
    assert parted(["10\u202f% à 18\u202f%"], "fr") == [["10\u202f%"], ["18\u202f%"]]
    assert parted(["Lyon to Nice"], "en") is None
    assert parted(["+3 to +4", "too early"], "en") is None


def test_format_shows_what_was_written() -> None:
    assert format_of([Figure(0.125, digits=1, percent=True)]) == "0.0%"
    assert format_of([Figure(13612, grouped=True)]) == "#,##0"
    assert format_of([Figure(2024)]) == "0"


def test_first_sheet_tells_and_links() -> None:
    headline = {"text/html": "<header><h1>The score is +53</h1><dl><dt>Who</dt><dd>12 &lt;b&gt;</dd></dl></header>"}
    book = opened(workbook(notebook(headline, table(("shop", "score"), ("Lyon", "+5"))), title="T", lang="en"))
    first = book["Summary"]
    values = [cell.value for row in first.iter_rows() for cell in row if cell.value is not None]
    assert values == ["The score is +53", "Who", "12 <b>", "Where?", "→ Where?"]
    (link,) = [cell.hyperlink.location for row in first.iter_rows() for cell in row if cell.hyperlink]
    assert link == "'Where'!A1"


def test_figures_become_numbers_and_stay_put() -> None:
    shown = table(("shop", "score", "interval", "n"), ("Lyon", "+5", "−3 to +13", "1,234"), ("Nice", "–", "–", "0"))
    sheet = opened(workbook(notebook(shown), title="T", lang="en"))["Where"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=3)]
    assert rows[0] == ["shop", "score", "interval, lower end", "interval, upper end", "n"]
    assert rows[1] == ["Lyon", 5, -3, 13, 1234]
    assert rows[2] == ["Nice", None, None, None, 0]
    assert sheet["B4"].number_format.startswith("+")
    assert sheet.freeze_panes == "A4"


@pytest.mark.parametrize("text", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "＝1"])
def test_no_name_is_a_formula(text: str) -> None:
    shown = table((text, text), (text, text))
    book = opened(workbook(notebook(shown, markdown=f"# {text}"), title=text, lang="fr"))
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type in ("s", "n")
                # It is seen as it was written, and is text when somebody goes into the cell and out again.
                assert not str(cell.value).startswith("'")
                assert cell.quotePrefix == (str(cell.value) == text)


def test_sheet_names_are_legal_and_unique() -> None:
    taken: set[str] = set()
    for text in ["[a]/b?*:\\", "", "'", "History", "x" * 80, "x" * 80, "X" * 80, "🙂" * 40, "\x00", "Résumé"]:
        name = sheet_name(text, taken)
        assert name
        assert len(name.encode("utf-16-le")) <= 62
        assert not set(name) & set("[]:*?/\\\x00")
        assert name.casefold() not in taken
        assert name.casefold() != "history"
        taken.add(name.casefold())


def test_characters_a_workbook_cannot_hold_are_left_out() -> None:
    shown = table(("a\x0b", "b"), ("\ud83d", "x\x00y" + "z" * 40_000))
    sheet = opened(workbook(notebook(shown), title="\x01", lang="en"))["Where"]
    assert len(sheet["B4"].value) < 32_768


def test_a_chart_is_the_table_at_its_pointer_with_the_numbers_behind() -> None:
    rows = [{"name": f"s{at}", "figure": f"+{at + 1}", "score": at + 1.25, "row": at, "x": at + 1.0} for at in range(3)]
    book = opened(workbook(notebook(chart(rows, ("name", "shop"), ("figure", "score"))), title="T", lang="en"))
    sheet = book["Lyon leads"]
    assert [cell.value for cell in sheet["B"]][3:] == ["score", 1.25, 2.25, 3.25]
    assert len(sheet._charts) == 1


def test_another_chart_is_a_picture() -> None:
    pytest.importorskip("PIL")
    pytest.importorskip("vl_convert")
    rows = [{"name": "a", "figure": "30%"}, {"name": "b", "figure": "70%"}]
    shown = chart(rows, ("name", "rating"), ("figure", "share"))
    sheet = opened(workbook(notebook(shown), title="T", lang="en"))["Lyon leads"]
    assert (len(sheet._charts), len(sheet._images)) == (0, 1)
    assert sheet["B5"].value == 0.3


def test_texts_that_vega_writes_become_their_numbers() -> None:
    made = [
        {"filter": "datum.kind === 'past'"},
        {"as": "figure", "calculate": "(datum.score > 0 ? '+' : '') + datum.score"},
        {"as": "range", "calculate": "datum.lower + ' to ' + datum.upper"},
        {"as": "label", "calculate": "year(datum.period)"},
    ]
    text = "period,kind,score,lower,upper\n2024-01-01T00:00:00,past,5.5,1,9\n2025-01-01T00:00:00,ahead,6,2,10\n"
    fields = [("label", "period"), ("figure", "score"), ("range", "interval")]
    bundle = chart(text, *fields, transform=made)["application/vnd.vegalite.v5+json"]
    kinds = {"period": "date", **dict.fromkeys(["score", "lower", "upper"], "number")}
    bundle["data"]["format"] = {"type": "csv", "parse": kinds}
    (found,) = pointed(bundle, "en")
    assert found.heads == ("period", "score", "interval, lower end", "interval, upper end")
    assert found.rows == [("2024-01-01", 5.5, 1.0, 9.0)]


def test_shares_and_days_under_one_head_keep_their_formats() -> None:
    shown = table(("measure", "figure"), ("called", "66%"), ("days", "12"), ("change", "+0.7"))
    sheet = opened(workbook(notebook(shown), title="T", lang="en"))["Where"]
    assert [sheet[f"B{row}"].value for row in (4, 5, 6)] == [0.66, 12, 0.7]
    assert [sheet[f"B{row}"].number_format.split(";")[0] for row in (4, 5, 6)] == ["0%", "#,##0", "+#,##0.0"]


def test_a_whole_number_beside_tenths_gets_no_decimal() -> None:
    shown = table(("action", "observed"), ("bills", "+29"), ("chat", "+0.5"))
    sheet = opened(workbook(notebook(shown), title="T", lang="en"))["Where"]
    assert [sheet[f"B{row}"].number_format.split(";")[0] for row in (4, 5)] == ["+#,##0", "+#,##0.0"]


def test_rows_of_long_texts_have_room_and_heads_are_printed_again() -> None:
    shown = table(("who", "why"), ("a", "thirteen words " * 12), ("b", "short"))
    sheet = opened(workbook(notebook(shown), title="T", lang="en"))["Where"]
    assert sheet.row_dimensions[4].height >= 45
    assert sheet.row_dimensions[5].height is None
    assert sheet.print_title_rows == "$3:$3"


def test_panels_beside_each_other_bring_their_names() -> None:
    def panel(name: str) -> dict[str, Any]:
        own = chart([{"label": "2024", "figure": "5%"}], ("label", "period"), ("figure", "share"))
        return {**own["application/vnd.vegalite.v5+json"], "title": name}

    (found,) = pointed({"title": "All", "hconcat": [panel("Promoters"), panel("Passives")]}, "en")
    assert found.rows == [("Promoters", "2024", "5%"), ("Passives", "2024", "5%")]


def test_a_described_table_is_taken_as_it_is() -> None:
    fields = [{"name": "shop", "title": "shop"}, {"name": "score", "title": "score"}]
    bundle = {TABLE_TYPE: [{"title": "shop", "schema": {"fields": fields}, "data": [{"shop": "=x", "score": 5.5}]}]}
    sheet = opened(workbook(notebook({**bundle, "text/html": "<p>page"}), title="T", lang="en"))["shop"]
    assert [(cell.value, cell.data_type) for cell in sheet[4]] == [("=x", "s"), (5.5, "n")]


@pytest.mark.parametrize(
    ("figures", "value", "zero"),
    [
        ([Figure(39.0, signed=True)], -0.2, "0;0;0"),
        ([Figure(1.5, digits=1, signed=True)], 0.04, "0.0;0.0;0.0"),
        ([Figure(-0.3, percent=True)], -0.004, "0%;0%;0%"),
        ([Figure(39.0, signed=True)], -0.6, ""),
        ([Figure(-0.3, percent=True)], -0.006, ""),
        ([Figure(39.0)], 0.0, ""),
    ],
)
def test_what_rounds_to_nothing_has_no_sign(figures: list[Figure], value: float, zero: str) -> None:
    shown = format_of(figures)
    assert without_sign(shown, value) == (zero or shown)


def test_each_line_of_a_subtitle_is_a_row_and_long_sentences_have_room() -> None:
    bundle = chart([{"a": "Lyon", "s": "+4"}], ("a", "shop"), ("s", "score"))
    bundle["application/vnd.vegalite.v5+json"]["title"]["subtitle"] = ["by shop", "band: level"]
    long = {"text/html": f"<p>{'thirteen words ' * 20}</p><p>short</p>"}
    summary, sheet = opened(workbook(notebook(bundle, long), title="T", lang="en")).worksheets
    assert [sheet["A2"].value, sheet["A3"].value] == ["by shop", "band: level"]
    heights = {summary.cell(row, 2).value: summary.row_dimensions[row].height for row in range(1, summary.max_row + 1)}
    assert heights["short"] is None
    assert max(height for height in heights.values() if height) >= 45


def test_what_the_page_hides_the_workbook_hides() -> None:
    assert contents(notebook({"text/html": "<p>secret</p>"}, tags=("remove_cell",)), "en") == []


def test_html_of_any_notebook_is_read() -> None:
    rows = "<table><tr><th>x</th></tr><tr><td>1</td></tr></table>"
    bundle = {"text/html": f"<style>p {{}}</style><script>1</script><p>a &amp; b</p>{rows}"}
    assert contents(notebook(bundle), "en") == [Line("p", "a & b"), Sheet("", heads=("x",), rows=(("1",),))]


# Exactly what spreadsheets take for a formula, an error or a number when it is typed.
TYPED = ["+6 (between +1 and +11)", "=1+1", '=HYPERLINK("http://x","y")', "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)",
         "  =1+1", "#N/A", "＝1", "'quoted", "007", "TRUE", "\t=1+1"]  # fmt: skip


def written_books(tmp_path: Path) -> dict[str, bytes]:
    """The same texts by each way to a workbook."""
    rows = [(text, text) for text in TYPED]
    worklist = exported(tmp_path / "list.xlsx", ["text"], {"text": TYPED})
    write_workbook(tmp_path / "roadmap.xlsx", [["text"], *([text] for text in TYPED)])
    return {
        "report": workbook(notebook(table(*rows), markdown=TYPED[1]), title=TYPED[0], lang="en"),
        "worklist": worklist.read_bytes(),
        "roadmap": (tmp_path / "roadmap.xlsx").read_bytes(),
        "actions": as_workbook(["text"], [[text] for text in TYPED]),
    }


def test_texts_are_texts_and_look_as_they_were_written(tmp_path: Path) -> None:
    for name, content in written_books(tmp_path).items():
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            sheets = [parts.read(part).decode() for part in parts.namelist() if "worksheets/sheet" in part]
            styles = parts.read("xl/styles.xml").decode()
        assert not [sheet for sheet in sheets if re.search(r"<f[ >/]", sheet)], name
        assert 'quotePrefix="1"' in styles, name
        cells = [
            cell for sheet in opened(content) for row in sheet.iter_rows() for cell in row if cell.value is not None
        ]
        texts = [cell for cell in cells if isinstance(cell.value, str)]
        assert {cell.data_type for cell in texts} == {"s"}, name
        assert {"+6 (between +1 and +11)", "=1+1", "@SUM(A1)"} <= {cell.value for cell in texts}, name
