"""``%nps`` and ``%%nps`` in real shells of IPython, and in a real kernel."""

import subprocess
import sys
import textwrap

import pandas as pd
import pytest

import npskit
from npskit.errors import ArgumentError
from npskit.jupyter.magic_grammar import Command, split, words
from npskit.jupyter.magic_query import is_frame, is_sql

pytest.importorskip("IPython")


@pytest.fixture
def shell():
    """A shell with the extension and two frames."""
    from IPython.core.interactiveshell import InteractiveShell

    shell = InteractiveShell()
    shell.run_line_magic("load_ext", "npskit")
    shell.user_ns["df"] = pd.DataFrame(
        {
            "rating": [10, 9, 3, 7] * 30,
            "shop": ["Lyon", "Nice", "Lyon"] * 40,
            "visits": [1, 2, 3, 4, 5] * 24,
            "date": pd.date_range("2024-01-01", periods=120),
        }
    )
    shell.user_ns["other"] = pd.DataFrame({"nps": [10, 0], "a & b": list("<b")})
    yield shell
    shell.run_line_magic("unload_ext", "npskit")
    npskit.accessor.register()
    shell.cleanup()


def failed(shell, line, cell=None):
    """The one message of a line that fails."""
    from IPython.core.error import UsageError

    with pytest.raises(UsageError) as error:
        shell.run_line_magic("nps", line) if cell is None else shell.run_cell_magic("nps", line, cell)
    return str(error.value)


def nps(shell, line, cell=None):
    return shell.run_line_magic("nps", line) if cell is None else shell.run_cell_magic("nps", line, cell)


# ---- grammar ------------------------------------------------------------------------------------------------


def test_words_end_outside_brackets_and_quotes():
    assert list(words("df[df.a == 'x y'] .query(\"a > 'b c'\") --by 'my shop' [1, 2]")) == [
        "df[df.a == 'x y']", ".query(\"a > 'b c'\")", "--by", "'my shop'", "[1, 2]",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("line", "command"),
    [
        ("df", Command("df")),
        ("df - 1", Command("df - 1")),
        ("a if b else c", Command("a if b else c")),
        ("trend", Command("trend")),
        ("report trend", Command("report", "trend")),
        ("df trend --every=week", Command("df", "trend", "", {"every": "week"})),
        ("df --by '2024' --confidence-level .9", Command("df", "", "", {"by": "2024", "confidence_level": 0.9})),
        ("df --by a --by b --table", Command("df", "", "", {"by": ["a", "b"], "table": True})),
        ("report df.head() out.html -p target=40", Command("df.head()", "report", "out.html", {"target": 40})),
        ("df report 'my out.html'", Command("df", "report", "my out.html")),
        ("df change --before 2024-01-05 --after 2024-11-12",
         Command("df", "change", "", {"before": "2024-01-05", "after": "2024-11-12"})),
    ],
)  # fmt: skip
def test_a_line_is_an_expression_a_verb_and_options(line, command):
    assert split(line) == command


def test_a_line_above_sql_needs_no_expression():
    assert split("trend --every week", query=True) == Command("", "trend", "", {"every": "week"})
    assert split("report out.html", query=True) == Command("", "report", "out.html")


@pytest.mark.parametrize("line", ["df trend more", "df[", "df --by", "df --by --lang fr", "df report", "df --by a b"])
def test_lines_that_are_none_are_told(line):
    with pytest.raises(ArgumentError, match="%nps"):
        split(line)


@pytest.mark.parametrize(
    ("cell", "sql"),
    [
        ("select 1", True),
        ("-- first\nWITH a AS (SELECT 1) FROM a", True),
        ("selected > 3", False),
        ("a == 'from'", False),
    ],
)
def test_sql_is_told_from_a_condition(cell, sql):
    assert is_sql(cell) is sql


# ---- answers ------------------------------------------------------------------------------------------------


def test_the_score_says_how_sure_it_is(shell):
    answer = nps(shell, "df")
    assert repr(answer).startswith("score +25.0  (+")
    assert repr(answer).endswith(", 95%)  120 responses")
    bundle, _ = shell.display_formatter.format(answer)
    assert "+25.0" in bundle["text/html"]
    assert float(answer.value["score"].iloc[0]) == 25


def test_groups_in_french(shell):
    answer = nps(shell, "df[df.visits > 1] --by shop --lang fr")
    assert "réponses" in repr(answer)
    assert "intervalles à 95" in repr(answer)
    bundle, _ = shell.display_formatter.format(answer)
    assert bundle["text/html"].count("<tr>") == 3


def test_a_name_of_a_group_is_text(shell):
    shell.user_ns["hostile"] = pd.DataFrame({"nps": [10, 0], "g": ["<script>alert(1)</script>", "b"]})
    bundle, _ = shell.display_formatter.format(nps(shell, "hostile --by g"))
    assert "<script>" not in bundle["text/html"]


def test_an_expression_is_evaluated_once(shell):
    calls = []
    shell.user_ns["made"] = lambda: calls.append(1) or shell.user_ns["df"]
    shell.display_formatter.format(nps(shell, "made() trend --every week"))
    assert calls == [1]


def test_braces_and_dollars_belong_to_the_expression(shell):
    shell.user_ns["Lyon"] = "Nice"
    result = shell.run_cell("x = %nps df[df.shop.isin({'Lyon'})]\n%nps {'a': df}['a'] --by shop")
    assert result.success
    assert int(shell.user_ns["x"].value["responses"].iloc[0]) == 80


def test_a_verb_is_its_chart_in_a_notebook_and_its_table_in_a_terminal(shell):
    pytest.importorskip("altair")
    answer = nps(shell, "df trend --every week --lang fr")
    bundle, _ = shell.display_formatter.format(answer)
    assert "application/vnd.vegalite.v5+json" in bundle
    assert "period" in bundle["text/plain"]
    assert answer.every == "week"
    assert "text/html" in shell.display_formatter.format(nps(shell, "df trend --every week --table"))[0]
    shell.display_formatter.active_types = ["text/plain"]
    assert set(shell.display_formatter.format(nps(shell, "df trend"))[0]) == {"text/plain"}


@pytest.mark.parametrize(
    "verb", ["summary", "distribution --by shop", "compare --by shop", "segments", "audit", "roles"]
)
def test_verbs_answer_in_both_languages(shell, verb):
    for lang in ("en", "fr"):
        bundle, _ = shell.display_formatter.format(nps(shell, f"df {verb} --lang {lang}"))
        assert len(bundle) > 1


def test_surveys_series_and_files_are_answers_too(shell, tmp_path):
    shell.user_ns["df"].to_csv(tmp_path / "a.csv", index=False)
    shell.user_ns["survey"] = npskit.Survey(shell.user_ns["df"], rating="rating")
    shown = repr(nps(shell, "df"))
    for line in ("survey", "df.rating", f"'{tmp_path / 'a.csv'}'", "survey --keep all"):
        assert repr(nps(shell, line)) == shown


def test_a_report_is_written(shell, tmp_path):
    pytest.importorskip("nbclient")
    path = tmp_path / "my report.ipynb"
    answer = nps(shell, f"report df '{path}' --lang fr -p by=shop")
    assert path.exists()
    assert repr(answer) == f"Rapport écrit\u202f: {path}"


def test_a_condition_is_a_query_with_variables_of_the_notebook(shell):
    shell.user_ns["least"] = 3
    answer = nps(shell, "df", "visits > @least and\n# a comment\nshop == 'Lyon'\n")
    frame = shell.user_ns["df"]
    assert int(answer.value["responses"].iloc[0]) == len(frame.query("visits > 3 and shop == 'Lyon'"))


def test_sql_is_answered_over_the_frames(shell):
    pytest.importorskip("duckdb")
    polars = pytest.importorskip("polars")
    shell.user_ns["pl_df"] = polars.DataFrame({"nps": [10, 0, 10]})
    assert "2 responses" in repr(nps(shell, "", "SELECT * FROM other"))
    assert "3 responses" in repr(nps(shell, "--lang en", "FROM pl_df;"))
    assert "5 responses" in repr(nps(shell, "", "SELECT nps FROM pl_df UNION ALL SELECT nps FROM other"))
    assert repr(nps(shell, "--by shop", "SELECT * FROM df WHERE visits > 3")).startswith("Lyon")


@pytest.mark.parametrize(
    ("line", "cell", "said"),
    [
        ("ohter", None, "did you mean 'other'"),
        ("df trnd", None, "did you mean 'trend'"),
        ("trend df", None, "%nps df trend"),
        ("score df", None, "%nps df"),
        ("report df", None, "%nps df report report.html"),
        ("df --buy shop", None, "did you mean 'by'"),
        ("df --by shp", None, "did you mean 'shop'"),
        ("df change --by shop", None, "--over and --before and --after"),
        ("df --rating shop", None, "expected whole ratings"),
        ("df --scale five", None, "1-5"),
        ("3", None, "got int"),
        ("df --lang de", None, "'en' or 'fr'"),
        ("'no-such.csv'", None, "no-such.csv"),
        ("report df out.docx", None, ".html"),
        ("report df out.html --template nothing", None, "'nothing'"),
        ("", "visits > 3", "frames here: df, other"),
        ("df", "# nothing\n", "a condition or SQL"),
        ("df", "SELECT * FROM df", "named in the SQL"),
        ("", "SELECT * FROM ohter", "did you mean 'other'"),
        ("", "SELECT FROM WHERE", "a query that DuckDB answers"),
    ],
)
def test_errors_are_one_message(shell, line, cell, said):
    if cell and cell.startswith("SELECT"):
        pytest.importorskip("duckdb")
    assert said in failed(shell, line, cell)


def test_without_duckdb_the_extra_is_named(shell, monkeypatch):
    monkeypatch.setitem(sys.modules, "duckdb", None)
    assert "pip install 'npskit[duckdb]'" in failed(shell, "", "SELECT * FROM df")


def test_a_file_without_quotes_is_told_to_want_them(shell, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "answers.csv").write_text("rating\n9\n")
    assert '%nps "answers.csv"' in failed(shell, "answers.csv --by shop")
    with pytest.raises(NameError):
        nps(shell, "answers.parquet")


def test_hints_name_options():
    from npskit.jupyter.magics import with_options

    assert with_options("pass missing=[11], or scale=npskit.Scale(...)") == "pass --missing [11], or --scale LOW-HIGH"
    assert with_options("pass scale=npskit.Scale(1, 5) if so") == "pass --scale 1-5 if so"


def test_no_row_is_said_to_be_none(shell):
    assert repr(nps(shell, "df --by shop", "visits > 10_000")) == "0 responses"


def test_an_error_of_the_expression_is_the_users(shell):
    with pytest.raises(ZeroDivisionError):
        nps(shell, "df[1/0]")


def test_help_is_there_in_both_languages(shell, capsys):
    assert nps(shell, "") is None
    assert "%nps df trend --every week" in capsys.readouterr().out
    assert nps(shell, "--help --lang fr") is None
    assert "Un verbe, avec ses options" in capsys.readouterr().out
    shown = shell.object_inspect("%nps")["docstring"]
    assert "A verb, with its options" in shown
    assert "Un verbe, avec ses options" in shown


def test_examples_of_the_help_run(shell, tmp_path, monkeypatch):
    from npskit.jupyter.magic_run import LINES

    pytest.importorskip("nbclient")
    pytest.importorskip("duckdb")
    monkeypatch.chdir(tmp_path)
    frame = npskit.datasets.load("garden").rename(columns={"recommandation": "q1"}).head(600)
    frame = frame.assign(shop=["Lyon", "Nice"] * 300, team=["a", "b", "c"] * 200, visits=range(600))
    frame["date"] = pd.date_range("2023-01-01", periods=600)
    frame.to_csv("answers.csv", index=False)
    shell.user_ns.update(df=npskit.Survey(frame, rating="q1", date="date"), least=3)
    survey = npskit.Survey(frame, rating="q1", date="date")
    for code, _ in LINES:
        # Where the line takes a frame apart, it is one, with its rating named.
        apart = "df[" in code or "SELECT" in code
        shell.user_ns["df"] = frame.drop(columns="commentaire") if apart else survey
        line, _, cell = code.partition(" ")[2].partition("\n")
        line = f"{line} --rating q1" if apart else line.replace("report.html", "report.ipynb")
        nps(shell, line, cell or None)


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("%nps ot", ["other"]),
        ("%nps df tre", ["trend"]),
        ("%nps df trend --ev", ["--every"]),
        ("%nps df trend --every q", ["quarter"]),
        ("%nps df --by sh", ["shop"]),
        ("%nps report d", ["df"]),
        ("%nps report df a.html --template fo", ["forecast"]),
        ("%%nps df tre", ["trend"]),
        ("%%nps tre", ["trend"]),
    ],
)
def test_tab_offers_what_may_come_next(shell, line, offered):
    from IPython.core.completer import provisionalcompleter

    with provisionalcompleter():
        found = {each.text for each in shell.Completer.completions(line, len(line))}
    assert set(offered) <= found


def test_frames_are_told_without_touching_them():
    assert is_frame(pd.DataFrame())
    assert not is_frame(pd.DataFrame)
    assert not is_frame("df")
    polars = pytest.importorskip("polars")
    assert is_frame(polars.DataFrame())
    assert is_frame(polars.LazyFrame())
    pyarrow = pytest.importorskip("pyarrow")
    assert is_frame(pyarrow.table({"a": [1]}))
    duckdb = pytest.importorskip("duckdb")
    assert is_frame(duckdb.sql("SELECT 1 AS a"))


# ---- loading and unloading ----------------------------------------------------------------------------------


def run(code):
    """Code in a Python of its own, that imported nothing."""
    start = "from IPython.core.interactiveshell import InteractiveShell\nshell = InteractiveShell.instance()\n"
    done = subprocess.run([sys.executable, "-c", start + textwrap.dedent(code)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_unloading_leaves_nothing():
    run("""
        import pandas as pd
        before = (dict(vars(pd.DataFrame)).get('nps'), set(pd.DataFrame._accessors),
                  {kind: set(names) for kind, names in shell.magics_manager.magics.items()},
                  set(shell.Completer.custom_completers.strs))
        shell.run_line_magic('load_ext', 'npskit')
        assert pd.DataFrame({'nps': [10, 0]}).nps.score() == 0
        assert 'nps' in shell.magics_manager.magics['cell']
        shell.run_line_magic('unload_ext', 'npskit')
        after = (dict(vars(pd.DataFrame)).get('nps'), set(pd.DataFrame._accessors),
                 {kind: set(names) for kind, names in shell.magics_manager.magics.items()},
                 set(shell.Completer.custom_completers.strs))
        assert before == after, (before, after)
        assert not hasattr(pd.Series, 'nps')
        shell.run_line_magic('load_ext', 'npskit')
        assert pd.Series([10, 0]).nps.score() == 0
    """)


def test_who_imported_npskit_keeps_the_accessor():
    run("""
        import pandas as pd
        shell.run_cell('import npskit')
        shell.run_line_magic('load_ext', 'npskit')
        shell.run_line_magic('unload_ext', 'npskit')
        assert pd.Series([10, 0]).nps.score() == 0
    """)


def test_what_somebody_else_had_comes_back():
    run("""
        import pandas as pd
        class Theirs:
            def __init__(self, data): pass
            said = 'theirs'
        pd.api.extensions.register_dataframe_accessor('nps')(Theirs)
        shell.register_magic_function(lambda line: 'line', magic_kind='line', magic_name='nps')
        shell.register_magic_function(lambda line, cell: 'cell', magic_kind='cell', magic_name='nps')
        for key in ('%nps',):
            shell.set_hook('complete_command', lambda self, event: ['theirs'], str_key=key)
        for _ in range(2):
            shell.run_line_magic('load_ext', 'npskit')
            assert pd.DataFrame({'nps': [10, 0]}).nps.score() == 0
            assert shell.complete('tre', '%nps df tre', 11)[1] == ['trend']
            shell.run_line_magic('reload_ext', 'npskit')
            import warnings
            assert pd.DataFrame({'nps': [10, 0]}).nps.score() == 0
            shell.run_line_magic('unload_ext', 'npskit')
            assert pd.DataFrame().nps.said == 'theirs'
            assert 'nps' in pd.DataFrame._accessors
            assert not hasattr(pd.Series, 'nps')
            assert shell.run_line_magic('nps', '') == 'line'
            assert shell.run_cell_magic('nps', '', 'x') == 'cell'
            assert shell.complete('th', '%nps th', 7)[1] == ['theirs']
    """)


def test_polars_is_as_it_was():
    pytest.importorskip("polars")
    run("""
        import polars as pl
        shell.run_line_magic('load_ext', 'npskit')
        assert pl.DataFrame({'nps': [10, 0]}).nps.score() == 0
        shell.run_line_magic('unload_ext', 'npskit')
        assert not hasattr(pl.DataFrame, 'nps') and not hasattr(pl.LazyFrame, 'nps') and not hasattr(pl.Series, 'nps')
        assert 'nps' not in pl.DataFrame._accessors
    """)


def test_altair_is_as_it_was():
    pytest.importorskip("altair")
    run("""
        import altair as alt
        alt.renderers.enable('svg', scale=2)
        alt.data_transformers.enable('json')
        names = alt.renderers.names()
        shell.run_line_magic('load_ext', 'npskit')
        assert 'npskit' in alt.renderers.names()
        assert alt.renderers.active == 'svg'
        shell.run_cell("import pandas as pd\\ndf = pd.DataFrame({'nps': [10, 0] * 20})\\nx = %nps df")
        alt.renderers.enable('npskit')
        shell.run_line_magic('unload_ext', 'npskit')
        assert alt.renderers.names() == names
        assert (alt.renderers.active, alt.renderers.options) == ('svg', {'scale': 2})
        assert alt.data_transformers.active == 'json'
        shell.run_line_magic('load_ext', 'npskit')
        alt.renderers.enable('html')
        shell.run_line_magic('unload_ext', 'npskit')
        assert alt.renderers.active == 'html'
    """)


def test_loading_twice_is_harmless(shell, capsys):
    npskit.load_ipython_extension(shell)
    shell.run_line_magic("load_ext", "npskit")
    assert "already loaded" in capsys.readouterr().out
    shell.run_line_magic("reload_ext", "npskit")
    assert "120 responses" in repr(nps(shell, "df"))


def test_loading_is_light():
    shown = run("""
        import sys
        import pandas
        before = set(sys.modules)
        shell.run_line_magic('load_ext', 'npskit')
        print(sorted({'altair', 'duckdb', 'nbclient', 'anywidget', 'scipy'} & (set(sys.modules) - before)))
    """)
    assert shown.strip() == "[]"


def test_in_a_kernel():
    pytest.importorskip("ipykernel")
    from jupyter_client.manager import start_new_kernel

    manager, client = start_new_kernel()
    try:
        shown = []

        def execute(code):
            reply = client.execute_interactive(code, timeout=60, output_hook=shown.append)
            return reply["content"]

        frame = "df = pd.DataFrame({'rating': [10, 9, 3] * 40, 'date': pd.date_range('2024-01-01', periods=120)})"
        assert execute(f"%load_ext npskit\nimport pandas as pd\n{frame}")["status"] == "ok"
        assert execute("%nps df trend --lang fr")["status"] == "ok"
        bundles = [each["content"]["data"] for each in shown if each["msg_type"] == "execute_result"]
        assert "application/vnd.vegalite.v5+json" in bundles[-1]
        assert execute("%%nps df\nrating > 3")["status"] == "ok"
        shown.clear()
        assert execute("%nps fd")["status"] == "error"
        said = "".join(each["content"].get("text", "") for each in shown)
        assert "expected a name of the notebook" in said
        assert "Traceback" not in said
        client.complete("%nps df tre", 11)
        matches = client.get_shell_msg(timeout=60)["content"]["matches"]
        assert "trend" in matches
        assert execute("%unload_ext npskit")["status"] == "ok"
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
