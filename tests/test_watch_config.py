"""The configuration of a watch: what is wrong in it is told with its line, and the one to begin with is right."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest

from npskit.cli import main
from npskit.errors import ArgumentError, SurveyNotFoundError
from npskit.watch import read_config

pytest.importorskip("yaml")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("folder: x\npatern: '*.csv'", r"line 2, patern: expected a key that is known.*\n.*did you mean 'pattern'"),
        ("folder: x\nlang: de", r"line 2, lang: expected 'en' or 'fr', got 'de'"),
        ("folder: x\nformats: [html, pfd]", r"line 2, formats: .*\n.*did you mean 'pdf'"),
        ("folder: x\ncolumns:\n  ratin: q1", r"line 3, columns.ratin: .*\n.*did you mean 'rating'"),
        ("folder: x\ncolumns: {rating: 1}", r"columns.rating: expected a text, got 1"),
        ("folder: x\nreading: {encodin: cp1252}", r"reading.encodin: .*\n.*did you mean 'encoding'"),
        ("folder: x\nmonitor:\n  alpha: 5", r"line 3, monitor.alpha: expected a number between 0 and 1, got 5"),
        ("folder: x\nmonitor:\n  evry: week", r"line 3, monitor.evry"),
        ("folder: x\nmonitor: {since: soon}", r"monitor.since: expected a day such as 2026-01-01"),
        ("folder: x\nteams: {threshold: 5}", r"line 2, teams: expected the column of the teams"),
        ("folder: x\ntemplate: healthcheck", r"line 2, template: .*\n.*health-check"),
        ("folder: x\nparameters: {confidence: 0.9}", r"confidence_level"),
        ("folder: x\noutput: x", r"line 2, output: expected another folder than 'folder'"),
        ("folder: x\nactions: none.csv", r"line 2, actions: expected a file of actions"),
        ("folder: x\npattern: ../*.csv", r"line 2, pattern"),
        ("lang: fr", r"attendu le dossier où arrivent les exports"),
        ("folder: x\nfolder: y", r"line 2, column 1: expected each key once"),
        ("folder: &a x\noutput: *a", r"line 2, column 9: expected plain YAML, got a reference"),
        ("folder: !!python/object:os.system x", r"line 1, column 9: expected plain YAML"),
        ("folder: [x", r"line 2, column 1|line 1, column"),
        ("- folder", r"expected lines such as"),
        ("folder: " + "[" * 300, r"hundreds of levels|more levels|plain YAML"),
        ("settle: -1\nfolder: x", r"line 1, settle: expected seconds"),
        ("folder: x\ncolumns: {scale: ten}", r"columns.scale: expected a scale such as 1-5"),
        ("folder: x\nparameters:\n  confidence: 0.9", r"line 3, parameters.confidence: .* 'health-check', got 'confid"),
        ("folder: x\nteams: {by: shop, parameters: {confidence: 1}}", r"line 2, teams.parameters.confidence"),
        ("folder: x\ntarget: 40\n", r"line 2, target"),
        ("folder: x\nformats: no", r"line 2, formats: .*\n.*write \[\] for none"),
        ("folder:\tx\n\tlang: fr", r"line 1, column 8: .*\nHint: write spaces instead of the tab"),
        ("folder: x\ntitle: a: b", r"line 2, column 9: .*\nHint: put a text that holds a colon in quotes"),
        ("folder: x\ntitle: 'a", r"Hint: close the quotation mark"),
        ('folder: "C:\\Users\\me"', r"(?s)line 1.*Hint: in double quotes write / instead of \\, or take single quotes"),
        ('folder: "exports\\new\\shops"', r"(?s)line 1.*Hint: in double quotes write /"),
        ("folder: x\npattern: shops\\*.csv", r"(?s)line 2, pattern: .*Hint: write / between folder and name"),
    ],
)
def test_what_is_wrong_in_a_configuration_is_told_with_its_line(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "nps.yaml"
    path.write_text(text)
    with pytest.raises(ArgumentError, match=message) as error:
        read_config(path)
    assert "nps.yaml" in str(error.value)


def test_no_error_stands_in_another_one(tmp_path: Path) -> None:
    path = tmp_path / "nps.yaml"
    for text in ("folder: x\nfolder: y", "folder: x\ntemplate: healthcheck", "folder: x\nparameters: {confidence: 1}"):
        path.write_text(text)
        with pytest.raises(ArgumentError) as error:
            read_config(path)
        assert ".." not in str(error.value).replace("…", "")
        assert str(error.value).count("nps.yaml") == 1


def test_actions_for_a_template_without_them_name_those_that_show_some(tmp_path: Path) -> None:
    (tmp_path / "actions.csv").write_text("action,since\nTills,2025-01-01\n")
    path = tmp_path / "nps.yaml"
    path.write_text("folder: x\nactions: actions.csv\n")
    with pytest.raises(ArgumentError, match=r"line 2, actions: .*\n.*executive-brief"):
        read_config(path)


def test_a_check_tells_what_a_run_would_lack(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("pyarrow")
    from npskit.report import writing

    path = tmp_path / "nps.yaml"
    (tmp_path / "exports").mkdir()
    path.write_text("folder: exports\nlang: fr\nformats: [html]\nteams: {by: shop, format: xlsx}\n")
    usual = writing.optional_import

    def missing(module: str, **options: str) -> object:
        return usual("a_library_that_nobody_has" if module == "openpyxl" else module, **options)  # type: ignore[arg-type]

    assert main(["watch", str(path), "--check"]) == 0
    assert "toutes les clés sont connues" in capsys.readouterr().out
    monkeypatch.setattr(writing, "optional_import", missing)
    assert main(["watch", str(path), "--check"]) == 2
    assert "npskit[excel]" in capsys.readouterr().err


def test_a_configuration_that_is_not_there_names_those_that_are(tmp_path: Path) -> None:
    (tmp_path / "nps.yaml").write_text("folder: x")
    with pytest.raises(SurveyNotFoundError, match=r"did you mean 'nps\.yaml'"):
        read_config(tmp_path / "np.yaml")
    (tmp_path / "latin.yaml").write_bytes("folder: x\ntitle: Qualité".encode("latin-1"))
    with pytest.raises(ArgumentError, match="line 2: expected text in UTF-8"):
        read_config(tmp_path / "latin.yaml")


def test_paths_begin_beside_the_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "nps.yaml").write_text("folder: in\noutput: ../out\nhistory: /srv/history\nevery: week\n")
    monkeypatch.chdir(tmp_path)
    config = read_config("nps.yaml")
    assert config.folder == tmp_path / "in"
    assert config.output.resolve() == tmp_path.parent / "out"
    assert config.history == Path("/srv/history")
    assert config.monitor is not None
    assert (config.monitor.every, config.monitor.asked) == ("week", False)


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_the_configuration_to_begin_with_is_one(tmp_path: Path, lang: str, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "new.yaml"
    assert main(["watch", "--init", str(path), "--lang", lang]) == 0
    config = read_config(path)
    assert (config.lang, config.formats) == (lang, ("html",))
    # What stands there as a remark is right too.
    text = re.sub(r"^( *)# ?( *[a-z_]+: [^ ]|columns:|reading:)", r"\1\2", path.read_text(encoding="utf-8"), flags=re.M)
    path.write_text(text, encoding="utf-8")
    (tmp_path / "actions.csv").write_text("action,since\n")
    with pytest.raises(ArgumentError, match="actions"):
        # The template has no such parameter.
        read_config(path)
    path.write_text(text.replace("actions: actions.csv", ""), encoding="utf-8")
    config = read_config(path)
    assert config.monitor is not None
    assert (config.key, config.rename, config.monitor.breaks) == (
        ("response_id",),
        {"note": "nps"},
        (dt.date(2026, 1, 1),),
    )
    assert set(config.columns) == {"rating", "date", "customer", "missing", "scale"}
    assert main(["watch", "--init", str(path)]) == 2
    assert "which is there" in capsys.readouterr().err
