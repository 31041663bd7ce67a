"""The bundled surveys are the published ones, small, and say whose they are."""

from __future__ import annotations

from importlib.resources import files

import pytest

import npskit  # noqa: F401  # registers df.nps
from npskit import datasets
from npskit.errors import ArgumentError


def test_names():
    assert datasets.names() == ["carpentries", "garden", "hcahps"]


def test_garden_is_as_published():
    frame = datasets.load("garden")
    assert frame.shape == (13954, 9)
    assert frame["commentaire"].notna().sum() == 3054
    assert frame["a_commente"].sum() == 3839
    assert frame.nps.score() == pytest.approx(53.42, abs=0.005)


def test_carpentries_is_as_published():
    frame = datasets.load("carpentries")
    assert frame["LikelyToRecommend"].notna().sum() == 889
    assert frame["date"].dtype.kind == "M"
    assert frame.nps.score() == pytest.approx(48.37, abs=0.005)


def test_hcahps_is_as_published():
    frame = datasets.load("hcahps")
    assert frame.shape == (467, 6)
    assert frame["state"].nunique() == 52
    assert frame[["pct_0_6", "pct_7_8", "pct_9_10"]].sum(axis=1).eq(100).all()
    assert frame["end_date"].dt.year.value_counts().tolist() == [52] * 8 + [51]
    nation = frame[frame["state"] == "US"]
    assert (nation["pct_9_10"] - nation["pct_0_6"]).tolist() == [63, 64, 66, 66, 65, 65, 66, 64, 61]


@pytest.mark.parametrize("name", datasets.names())
def test_licence_and_origin_travel_with_the_frame(name):
    account = datasets.load(name).attrs["npskit"]
    assert account["licence"] in {"CC0-1.0", "CC BY 4.0", "public domain"}
    assert "commit" in account["attribution"] or account["licence"] == "public domain"
    assert account["licence"] in files("npskit").joinpath("data", "LICENSES.md").read_text(encoding="utf-8")


def test_data_are_small():
    packed = [each for each in files("npskit").joinpath("data").iterdir() if each.name.endswith(".xz")]
    assert len(packed) == 3
    assert len(files("npskit").joinpath("data", "hcahps.csv.xz").read_bytes()) < 2_000
    assert sum(len(each.read_bytes()) for each in packed) < 400_000


def test_loading_twice_gives_separate_frames():
    first = datasets.load("carpentries")
    first.attrs["npskit"]["roles"]["rating"] = "x"
    assert datasets.load("carpentries").attrs["npskit"]["roles"]["rating"] == "LikelyToRecommend"


def test_unknown_name():
    with pytest.raises(ArgumentError, match="did you mean 'garden'"):
        datasets.load("gardn")
