import re
import warnings

import pytest


def blocks(repository):
    """Python blocks of the README, with whether the line before says that they are not run."""
    text = (repository / "README.md").read_text(encoding="utf-8")
    found = re.findall(r"(<!-- not run: [^>]*-->\n)?```python\n(.*?)```", text, flags=re.DOTALL)
    return [code for skipped, code in found if not skipped]


def test_the_readme_runs_as_written(repository, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    pytest.importorskip("vl_convert", reason="the report extra is not installed")
    first, *others = blocks(repository)
    (tmp_path / "export.csv").write_text("date;magasin;note nps\n" + "13/01/2024;Lyon;10\n14/02/2024;Nice;3\n" * 20)
    names: dict[str, object] = {}
    for code in (first, *others):
        exec(compile(code, "README.md", "exec"), names)
    assert (tmp_path / "report.html").stat().st_size > 10_000


def test_the_known_score_is_the_one_printed(repository):
    import npskit

    text = (repository / "README.md").read_text(encoding="utf-8")
    table = npskit.datasets.load("garden").nps.summary()
    assert f"# … between {table['lower'][0]:.1f} and {table['upper'][0]:.1f}, from {table['responses'][0]:,}" in text
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert f"# {npskit.datasets.load('garden').nps.score():.1f}" in text
