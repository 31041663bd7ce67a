"""What a person sees of an error in a notebook."""

from __future__ import annotations

import subprocess
import sys

import pytest

import npskit
from npskit.errors import ColumnNotFoundError


def test_ipython_shows_the_lines_of_the_caller_and_the_message() -> None:
    shell = pytest.importorskip("IPython.core.interactiveshell").InteractiveShell()
    cell = (
        "import npskit, pandas\ndef mine(df):\n    return df.nps.summary(by='nope')\n"
        "mine(pandas.DataFrame({'nps': [9]}))"
    )
    shown: list[str] = []
    shell._showtraceback = lambda kind, value, lines: shown.extend(lines)
    assert isinstance(shell.run_cell(cell).error_in_exec, ColumnNotFoundError)
    assert shown == [
        "line 4: mine(pandas.DataFrame({'nps': [9]}))",
        "line 3: return df.nps.summary(by='nope')",
        "ColumnNotFoundError: no column 'nope'.\nHint: There are: nps.",
    ]


def test_lines_of_a_file_name_it() -> None:
    with pytest.raises(ColumnNotFoundError) as caught:
        npskit.datasets.load("garden").nps.summary(by="nope")
    first = caught.value._render_traceback_()[0]
    assert first.startswith(__file__)


def test_a_grammar_that_nobody_asked_for_is_built_when_somebody_asks() -> None:
    pytest.importorskip("rfc3987_syntax")
    code = (
        "import sys\nfrom npskit.errors import optional_import\noptional_import('jsonschema', extra='x', purpose='x')\n"
        "print('lark' in sys.modules, 'rfc3987_syntax' in sys.modules)\n"
        "from jsonschema import FormatChecker\n"
        "print(*(FormatChecker().conforms(text, 'iri') for text in ('https://example.org/é', 'no address')))\n"
        "print('rfc3987_syntax' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False", "True", "False", "True"]
