"""Exports that change their shape: other names of columns, other types, other questions."""

from __future__ import annotations

import pandas as pd
from watched import PLAIN, Place, answers

from npskit.watch import read_history


def test_new_columns_and_another_name_of_the_rating_fit(place: Place) -> None:
    place.export("a.csv", answers(0, 20))
    place.look()
    place.export("b.csv", answers(0, 40, plan="pro").rename(columns={"nps": "NPS score"}))
    event = place.one("read")
    assert event["rows_new"] == 20
    assert (event["renamed"], event["appeared"]) == ({"nps_score": "nps"}, ["plan"])
    assert (event["wording"], event["reworded"]) == ("NPS score", "nps")
    frame = place.history()
    assert frame["nps"].notna().all()
    assert frame["plan"].isna().sum() == 20


def test_wordings_are_handed_to_the_audit(place: Place) -> None:
    place.export("a.csv", answers(0, 20))
    # The answers of the first export stand in the second too, and were given to the first question.
    place.export("b.csv", answers(0, 50).rename(columns={"nps": "Would you recommend us to a friend?"}))
    place.look()
    told = place.history().attrs["npskit"]["wordings"]
    assert [(each["wording"], each["since"], each["rows"]) for each in told] == [
        ("nps", "2024-01-01", 20), ("Would you recommend us to a friend?", "2024-01-21", 30),
    ]  # fmt: skip


def test_another_question_is_not_taken_for_the_rating(place: Place) -> None:
    place.export("a.csv", answers(0, 20, note=5).rename(columns={"nps": "recommandation"}))
    place.look()
    place.export("b.csv", answers(20, 40).rename(columns={"nps": "note"}))
    event = place.one("unreadable")
    assert "'recommandation' as in earlier exports" in event["reason"]
    place.configure(PLAIN + "rename: {note: recommandation}\nhistory: other\n")
    place.look()
    assert len(read_history(place.root / "other")) == 40


def test_a_column_that_becomes_texts_is_texts(place: Place) -> None:
    place.export("a.csv", answers(0, 20, plan=[1, 2] * 10))
    place.export("b.csv", answers(20, 40, plan=["1", "gold"] * 10))
    place.look()
    assert place.history()["plan"].value_counts().to_dict() == {"1": 20, "2": 10, "gold": 10}


def test_ratings_that_cannot_be_counted_with_the_others_are_told(place: Place) -> None:
    place.export("a.csv", answers(0, 20))
    place.export("b.csv", answers(20, 40).assign(nps=11))
    event = place.one("unreadable")
    assert "0 to 10" in event["reason"]
    assert len(place.history()) == 20


def test_counts_are_watched_like_answers(place: Place) -> None:
    place.configure(PLAIN + "columns: {detractors: det, passives: pas, promoters: pro}\n")
    counts = pd.DataFrame({"date": ["2024-01-01", "2024-02-01"], "det": [2, 3], "pas": [5, 5], "pro": [9, 8]})
    place.export("a.csv", counts[:1])
    place.export("b.csv", counts)
    assert [event["rows_new"] for event in place.told() if event["event"] == "read"] == [1, 1]
