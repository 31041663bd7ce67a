"""Alerts: told once, told again when the telling was interrupted, with the same id."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest
from watched import STEADY, WATCHED, Place, answers, months

from npskit.survey import Survey
from npskit.watch.telling import Event

NAME = "combien_de_fois_par_an_venez_vous"


def test_an_alert_is_told_once(place: Place) -> None:
    place.configure(WATCHED)
    place.export("a.csv", months(STEADY))
    assert place.look().status == 0
    place.export("b.csv", months([*STEADY, 0.3]))
    outcome = place.look()
    assert outcome.status == 10
    (event,) = [event for event in outcome.events if event.kind == "alert"]
    assert event.data["period"].isoformat() == "2024-10-01"
    assert event.data["change"] < -50
    assert event.message.startswith("The score fell by 80 points in October 2024")
    assert place.look().status == 0
    place.export("c.csv", months([*STEADY, 0.3, 0.7, 0.7]))
    assert place.look().status == 0


def test_what_began_in_a_month_is_told_once_though_a_later_month_shows_it_by_now(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    from npskit.survey.monitoring import Monitor
    from npskit.watch import alerting

    days = [dt.date(2024, month, 1) for month in (9, 10, 11)]

    def found(kinds: list[str], since: int, change: float) -> None:
        figures = {name: [1.0] * 3 for name in alerting.FIGURES}
        table = {**figures, "period": days, "kind": kinds, "since": [days[since]] * 3, "change": [change] * 3}
        monkeypatch.setattr(Survey, "monitor", lambda *_, **__: Monitor(table, every="month"))

    def told() -> list[str]:
        place.export(f"{place.clock}.csv", answers(place.clock // 60 % 1000, place.clock // 60 % 1000 + 20))
        return [event["period"] for event in place.told() if event["event"] == "alert"]

    place.configure(WATCHED)
    found(["new", "", ""], since=0, change=-27)
    assert told() == ["2024-09-01"]
    found(["", "jump", ""], since=0, change=-25)
    assert told() == []
    found(["jump", "", ""], since=0, change=-25)
    assert told() == []
    found(["", "new", "jump"], since=1, change=30)
    assert told() == ["2024-10-01"]
    assert told() == []
    # The other way is something else.
    found(["", "", "jump"], since=1, change=-30)
    assert told() == ["2024-11-01"]
    assert told() == []


def test_an_alert_whose_telling_was_interrupted_is_told_again_with_the_same_id(place: Place) -> None:
    place.configure(WATCHED)
    place.export("a.csv", months([*STEADY, 0.3]))
    seen: list[Event] = []

    def tell(event: Event) -> None:
        seen.append(event)
        if event.kind == "done":
            raise OSError("nobody listens")

    for _ in range(2):
        with pytest.raises(OSError, match="nobody listens"):
            place.look(tell=tell)
    outcome = place.look()
    ids = [event.id for event in (*seen, *outcome.events) if event.kind == "alert"]
    assert (outcome.status, len(ids), len(set(ids))) == (10, 3, 1)
    assert place.look().status == 0


def test_alerts_of_groups_name_them(place: Place) -> None:
    place.configure(WATCHED.replace("every: month", "every: month, by: shop"))
    steady, fallen = months([*STEADY, 0.7]).assign(shop="Nice"), months([*STEADY, 0.2]).assign(shop="Lyon")
    fallen["id_reponse"] += 10_000
    place.export("a.csv", pd.concat([steady, fallen]))
    event = place.one("alert")
    assert event["group"] == {"shop": "Lyon"}
    assert "Lyon" in event["message"]


def test_alerts_of_before_a_day_are_not_told(place: Place) -> None:
    place.configure(WATCHED.replace("every: month", "every: month, since: 2024-11-01"))
    place.export("a.csv", months([*STEADY, 0.3, 0.7]))
    assert place.look().status == 0


def test_too_few_periods_are_no_trouble_and_no_date_is_when_it_was_asked_for(place: Place) -> None:
    place.configure(WATCHED)
    place.export("a.csv", months(STEADY[:3]))
    outcome = place.look()
    assert (outcome.status, [event.kind for event in outcome.events]) == (0, ["read", "not_monitored", "done"])
    assert outcome.events[1].message == "No alerts yet: the first 6 periods with answers are not judged."
    assert [event["event"] for event in place.told()] == ["done"]
    # One month more is no news.
    place.export("b.csv", months(STEADY[:4]))
    assert [event["event"] for event in place.told()] == ["read", "done"]
    place.configure(WATCHED + "history: other\npattern: undated.csv\n")
    place.export("undated.csv", answers(0, 20).drop(columns="date"))
    assert place.look().status == 3
    assert place.look().status == 3


def test_groups_of_an_alert_are_named_as_people_were_asked_and_by_code_for_machines(place: Place) -> None:
    asked = "Combien de fois par an venez-vous ?"
    place.configure(WATCHED.replace("{every: month}", f"{{every: month, by: {NAME}}}") + "lang: fr\n")
    steady, fallen = months(STEADY), months([*STEADY[:-1], 0.1]).assign(id_reponse=lambda frame: frame.index + 9000)
    both = pd.concat([steady.assign(visites=1), fallen.assign(visites=2)])
    place.export("a.csv", both.rename(columns={"visites": asked}))
    (event,) = [event for event in place.look().events if event.kind == "alert"]
    assert event.data["group"] == {NAME: "2"}
    assert event.message.startswith(f"«\u202f{asked}\u202f» 2\u202f: ")
    assert NAME not in event.message
