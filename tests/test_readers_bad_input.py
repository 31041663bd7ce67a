"""A file that cannot be read says where, what was expected, what was there, and what to do."""

from __future__ import annotations

import struct
import zipfile

import pytest

from npskit.errors import ArgumentError, ArgumentTypeError, ReadError, ReadWarning, SurveyNotFoundError
from npskit.readers import read_survey


@pytest.fixture
def file(tmp_path):
    """Writes a file."""

    def write(content, name="export.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        return path

    return write


def test_missing_file_names_the_nearest(file):
    path = file("nps\n9\n")
    with pytest.raises(SurveyNotFoundError, match=r"did you mean 'export\.csv'"):
        read_survey(path.with_name("exprt.csv"))


def test_folder(tmp_path):
    with pytest.raises(ReadError, match="expected a file, got a folder"):
        read_survey(tmp_path)


def test_not_a_path():
    with pytest.raises(ArgumentTypeError, match="path: expected the path of a file, got a int"):
        read_survey(3)


@pytest.mark.parametrize("content", ["", "  \n\n", "\ufeff", "sep=;\n"])
def test_empty_file(file, content):
    with pytest.raises(ReadError, match="expected a table, got an empty file"):
        read_survey(file(content))


@pytest.mark.parametrize(
    ("content", "line", "got"),
    [
        ("a,b\n1,2\n1,2,3\n4,5\n", 3, 3),
        ("a,b,c\n1,2,3\n1,2\n4,5,6\n", 3, 2),
        ('a,b,c\n1,"x\ny",3\n1,2\n', 4, 2),
        ("sep=;\na;b\n1;2\n1;2;3\n", 4, 3),
        ("\n\na,b\n1,2\n1,2,3\n", 5, 3),
        ("a,b,c\n1,2,3\n1,2\n1,2,3,4\n", 3, 2),
    ],
)
def test_ragged_row_names_its_line(file, content, line, got):
    width = 3 if "c" in content else 2
    with pytest.raises(ReadError, match=rf"line {line}: expected {width} fields as in the header, got {got}\b"):
        read_survey(file(content))


@pytest.mark.parametrize(
    ("content", "hint"),
    [
        ("nps;shop;c\n9;Lyon;x\n8;Lyon\n7;Lyon;x\n", "1 field is missing at its end: add ';' for each answer"),
        ("nps;shop;c;d\n9;Lyon;x;y\n8;Lyon\n", "2 fields are missing at its end"),
        ("nps,c,shop\n9,x,Lyon\n8,dear\nbut good,Lyon\n7,x,Lyon\n", "a text with a line break in it must stand in q"),
        ("nps,c,shop\n9,x,Lyon\n8,dear, but good,Lyon\n", "a text with ',' in it must stand in quotes"),
    ],
)
def test_hint_for_a_ragged_row_fits_the_case(file, content, hint):
    with pytest.raises(ReadError, match=hint):
        read_survey(file(content))


def test_ragged_row_deep_in_a_large_file(file):
    rows = ["9,x,"] * 30_000
    rows[20_000] = "9,x"
    with pytest.raises(ReadError, match="line 20,002"):
        read_survey(file("a,b,c\n" + "\n".join(rows)))


def test_quote_that_never_closes(file):
    with pytest.raises(ReadError, match=r"line 2.*open to the end of the file"):
        read_survey(file('nps,c\n9,"bon\n8,x\n7,y\n'))


def test_quote_that_swallows_answers_is_told(file):
    lines = "".join(f"{i % 11},a comment of some length that goes on,x\n" for i in range(60))
    with pytest.warns(ReadWarning, match="swallowed the answers"):
        read_survey(file('nps,c,d\n9,"begins\n' + lines + '8,ends",x\n7,y,z\n'))


@pytest.mark.parametrize("content", [b"nps,c\n9,\0\n", bytes(range(256)) * 8])
def test_binary(file, content):
    with pytest.raises(ReadError, match=r"line \d+: expected text, got the control byte 0x00"):
        read_survey(file(content))


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("x.xyz", b"a,b\n1,2\n", r"ending in one of .*\.csv.*got '\.xyz'"),
        ("x.xls", b"\xd0\xcf\x11\xe0" + b"0" * 90, "old Excel workbook"),
        ("x.xlsx", b"hello", "expected an Excel workbook"),
        ("x.csv", b"PK\x03\x04" + b"0" * 90, "expected an Excel workbook"),
        ("x.parquet", b"PAR1xxxx", "expected a Parquet file, got a damaged one"),
        ("x.csv", b"%PDF-1.7", "got a PDF"),
        ("x.csv", b"\x1f\x8b00000000", "got a gzip archive"),
    ],
)
def test_other_files(file, name, content, message):
    if name.endswith("parquet"):
        pytest.importorskip("pyarrow")
    with pytest.raises(ReadError, match=message):
        read_survey(file(content, name))


@pytest.mark.parametrize("bytes_", [b"\xe0\x80\x80", b"\xed\xa0\x80", b"\xf4\xa0\x80\x80"])
def test_bytes_that_only_look_like_utf8_are_read_one_by_one(file, bytes_):
    with pytest.warns(ReadWarning, match="fit no encoding"):
        found = read_survey(file(b"nps,remarque\n9,caf\xe9\n3," + bytes_ + b"\n"))
    assert list(found["nps"]) == [9, 3]
    assert found["remarque"][0] == "café"


def test_zip_bomb_is_refused_before_it_is_unpacked(tmp_path):
    path = tmp_path / "bomb.xlsx"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/worksheets/sheet1.xml", "w") as sheet,
    ):
        for _ in range(120):
            sheet.write(bytes(2**20))
    with pytest.raises(ReadError, match=r"at most 1 GiB unpacked, got 120 MiB"):
        read_survey(path)


def test_declared_size_counts_even_when_the_content_is_small(tmp_path):
    path = tmp_path / "liar.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.xml", "x")
    raw = bytearray(path.read_bytes())
    directory = raw.rfind(b"PK\x01\x02")
    raw[directory + 24 : directory + 28] = struct.pack("<I", 2**31)
    path.write_bytes(bytes(raw))
    with pytest.raises(ReadError, match="2,048 MiB unpacked"):
        read_survey(path)


@pytest.mark.parametrize("hints", [{"separator": ",,"}, {"decimal": ""}])
def test_hints_of_one_character(file, hints):
    with pytest.raises(ArgumentError, match="expected one character"):
        read_survey(file("a,b\n1,2\n"), **hints)
