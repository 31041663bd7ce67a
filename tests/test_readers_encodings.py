"""Bytes of several encodings in one file become the letters that people wrote."""

from __future__ import annotations

import csv
import io
import lzma

import pytest
from hypothesis import given
from hypothesis import strategies as st

from npskit import datasets
from npskit.errors import ArgumentError, ReadError, ReadWarning
from npskit.readers import read_survey
from npskit.readers.encodings import decode

WORDS = [
    "été",
    "déçu",
    "très",
    "à",
    "même",
    "août",
    "côté",
    "reçu",
    "là",
    "où",
    "élève",
    "gâteau",
    "fraîche",
    "Étiquette",
]
WORDS += ["Ça", "maïs", "caissière", "voilà", "l'hôtesse", "coûte"]


@pytest.fixture(scope="module")
def mixed(data, tmp_path_factory):
    """The garden survey as published, Latin-1, CP850 and CP1252 in one line."""
    path = tmp_path_factory.mktemp("garden") / "garden_mixed_encodings.csv"
    path.write_bytes(lzma.decompress((data / "garden_mixed_encodings.csv.xz").read_bytes()))
    return path


def test_mixed_file_reads_as_french(mixed):
    with pytest.warns(ReadWarning, match="1,050 lines with letters in a second encoding"):
        frame = read_survey(mixed)
    clean = datasets.load("garden")
    same = frame["explication"].fillna("") == clean["commentaire"].fillna("")
    assert len(frame) == 13954
    # The one that differs has "Ça fait" where the cleaned file has "€a fait".
    assert (~same).sum() == 1
    assert "Ça fait" in frame["explication"][~same].iloc[0]
    assert frame.attrs["npskit"]["repaired_lines"] == 1050
    assert not frame["explication"].str.contains("[‚Š‡ƒ�]|Ã©").any()


@given(st.lists(st.tuples(st.sampled_from(WORDS), st.sampled_from(["cp1252", "cp850"])), min_size=1, max_size=12))
def test_french_words_are_read_whichever_encoding_each_is_in(words):
    line = b" ".join(word.encode(encoding) for word, encoding in words)
    assert decode(b"ceci est d\xe9cid\xe9\n" + line).data.decode().split("\n")[1] == " ".join(w for w, _ in words)


@pytest.mark.parametrize("encoding", ["cp1252", "cp850", "mac_roman"])
def test_a_file_in_one_encoding_is_not_called_repaired(encoding):
    text = (
        datasets.load("garden")["commentaire"]
        .dropna()
        .head(800)
        .str.cat(sep="\n")
        .replace("€", "e")
        .replace("…", "...")
    )
    decoded = decode(text.encode(encoding))
    assert decoded.data.decode() == text
    assert (decoded.encoding, decoded.repaired_lines) == (encoding, 0)


def test_utf8_and_windows_lines_in_one_file():
    lines = ["très bien", "déjà vu", "été", "où ça ?"] * 5
    raw = [line.encode("utf-8" if i % 3 else "cp1252") for i, line in enumerate(lines)]
    assert decode(b"\n".join(raw)).data.decode().split("\n") == lines


def test_letters_encoded_twice_are_taken_back():
    decoded = decode("trÃ¨s bien, câ€™est lÃ\u00a0".encode())
    assert decoded.data.decode() == "très bien, c’est là"
    assert decoded.repaired_lines == 1


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_unicode_marks_and_windows(tmp_path, encoding):
    path = tmp_path / "export.csv"
    path.write_bytes("nps;commentaire\n9;très cher (5 €)\n".encode(encoding))
    assert read_survey(path).to_dict("list") == {"nps": [9], "commentaire": ["très cher (5 €)"]}


def test_named_encoding_that_is_wrong_names_the_line(tmp_path):
    path = tmp_path / "export.csv"
    path.write_bytes(b"nps,c\n9,\xe9\n")
    with pytest.raises(ReadError, match=r"export\.csv, line 2: expected text in utf-8, got the byte 0xE9"):
        read_survey(path, encoding="utf-8")
    with pytest.raises(ArgumentError, match="utf-99"):
        read_survey(path, encoding="utf-99")


def test_bytes_without_meaning_are_kept_and_told(tmp_path):
    path = tmp_path / "export.csv"
    path.write_bytes(b"nps,c\n9,tr\xe8s\n8,a \xdd b\n7,x \x81\x8d y\n")
    with pytest.warns(ReadWarning, match="fit no encoding"):
        assert len(read_survey(path)) == 3


def test_repair_keeps_every_field(mixed):
    raw = mixed.read_bytes()
    before = [len(record) for record in csv.reader(io.StringIO(raw.decode("latin-1")))]
    after = [len(record) for record in csv.reader(io.StringIO(decode(raw).data.decode()))]
    assert before == after
