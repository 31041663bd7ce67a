"""The apps without a browser: traits set as the mouse would, and what is shown is what the floor below computed."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest

import npskit
from npskit.errors import ArgumentError, NpskitError

widgets = pytest.importorskip("ipywidgets")

from npskit.widgets.app import App  # noqa: E402
from npskit.widgets.controls import escaped_lines  # noqa: E402
from npskit.widgets.picture import Picture  # noqa: E402

LONG = "Why did you come to the shop in the old town of Lyon on that day"


@pytest.fixture(scope="module")
def training() -> pd.DataFrame:
    return npskit.datasets.load("carpentries")


@pytest.fixture(scope="module")
def garden() -> pd.DataFrame:
    return npskit.datasets.load("garden")


@pytest.fixture
def rivals() -> pd.DataFrame:
    return pd.DataFrame(
        {"nps_shop": [10, 9, 3, 8, 7] * 4, "nps_site": [1, 2, 3, 9, 10] * 4, LONG: ["near", "far"] * 10}
    )


def inside(widget: Any) -> Iterator[Any]:
    """A widget and all within."""
    yield widget
    for child in getattr(widget, "children", ()):
        yield from inside(child)


def fields(app: App) -> dict[str, Any]:
    """Controls by their label."""
    found = (each for each in inside(app) if getattr(each, "description", ""))
    return {each.description: each for each in found}


def test_planner_shows_something_at_once() -> None:
    app = npskit.planner()
    assert app.result.responses == 938
    assert "938\xa0responses, 4,690 invitations" in app._finding.value
    assert app._picture.svg.startswith("<div role=")
    assert app.code == "npskit.plan(margin=5, score=30, passives=0.3, answer_rate=0.2)"


def test_code_of_the_planner_gives_its_result() -> None:
    app = npskit.planner(goal="change", change=-3.5, confidence_level=0.9, population=5000)
    again = eval(app.code, {"npskit": npskit})
    assert again.responses == app.result.responses
    assert again.sentence("fr") == app.value.sentence("fr")


def test_planner_knows_a_pilot(garden: pd.DataFrame) -> None:
    exact = npskit.plan(margin=2, pilot=garden.nps.tally().category_counts[0])
    for pilot in (garden, garden.nps, npskit.Survey(garden), garden.nps.tally().category_counts[0]):
        assert npskit.planner(pilot=pilot, margin=2).result.responses == exact.responses


def test_control_moved_moves_the_trait_and_back() -> None:
    app = npskit.planner()
    field = fields(app)["Margin wanted (±, points)"]
    field.value = 2.0
    assert app.margin == 2.0
    assert app.result.responses == 5859
    app.margin = 3.0
    assert field.value == 3.0
    fields(app)["Answer rate expected (%)"].value = 50
    assert app.answer_rate == 0.5
    assert app.result.invitations == 2 * app.result.responses


def test_slider_follows_without_rounding_the_field(garden: pd.DataFrame) -> None:
    app = npskit.planner(pilot=garden)
    score = app.score
    assert score != round(score)
    pair = next(
        each for each in inside(app) if getattr(each, "field", None) is not None and "Score" in each.field.description
    )
    assert pair.hand.value == round(score)
    assert app.score == score
    pair.hand.value = 20.0
    assert app.score == 20.0


def test_passives_leave_room_for_the_score() -> None:
    app = npskit.planner(score=95)
    assert app.result.shares == pytest.approx((0, 0.05, 0.95))
    assert app.passives == 0.3


def test_error_is_told_in_words_and_gone_when_mended() -> None:
    app = npskit.planner(goal="change")
    app.change = 0.0
    assert "expected a change other than 0" in app._finding.value
    assert 'role="alert"' in app._finding.value
    assert app.problem.startswith("change:")
    with pytest.raises(ArgumentError):
        _ = app.result
    app.change = 5.0
    assert app.problem == ""
    assert "alert" not in app._finding.value


def test_an_error_of_another_kind_is_told_too(monkeypatch: pytest.MonkeyPatch) -> None:
    app = npskit.planner()
    monkeypatch.setattr(type(app), "computed", lambda self: 1 / 0)
    app.margin = 4.0
    assert "ZeroDivisionError" in app._finding.value


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_every_word_follows_the_language(training: pd.DataFrame, rivals: pd.DataFrame, lang: str) -> None:
    for app in (npskit.planner(), training.nps.forecast_app(until="2018"), rivals.nps.setup()):
        app.lang = "fr" if lang == "en" else "en"
        app.lang = lang
        label = {"en": "Language", "fr": "Langue"}[lang]
        assert label in fields(app)
        assert {"en": "The same in Python", "fr": "La même chose en Python"}[lang] in app._code.value


def test_language_is_that_of_the_session() -> None:
    npskit.set_language("fr")
    try:
        assert npskit.planner().lang == "fr"
    finally:
        npskit.set_language("en")


def test_forecast_app_is_the_forecast(training: pd.DataFrame) -> None:
    app = training.nps.forecast_app(until="2018", horizon=3, every="quarter", target=40)
    verb = training.nps.forecast(3, "quarter", until="2018")
    assert app.result.table == verb.table
    assert app.probability == verb.probability(40)
    assert eval(app.code, {"df": training}).table == verb.table


def test_forecast_app_follows_its_controls(training: pd.DataFrame) -> None:
    app = training.nps.forecast_app(until="2018")
    fields(app)["Periods ahead"].value = 9
    assert len(app.result.periods) == app.horizon == 9
    fields(app)["Period"].value = "quarter"
    assert app.every == "quarter"
    assert "expected at most" in app.problem
    fields(app)["Periods ahead"].value = 4
    assert app.problem == ""
    fields(app)["Break: wording, channel or sampling changed on"].value = dt.date(2017, 10, 5)
    assert app.result.breaks == (dt.date(2017, 10, 1),)
    assert "breaks='2017-10-05'" in app.code
    app.planned_responses = 500
    assert app.result.table["responses"] == [500] * 4


def test_a_target_costs_no_forecast(training: pd.DataFrame) -> None:
    app = training.nps.forecast_app(until="2018")
    before = app.result
    app.target = 10.0
    assert app.result is before
    assert app.probability > before.probability(60)


def test_forecast_app_without_dates_says_so(garden: pd.DataFrame) -> None:
    app = garden.nps.forecast_app()
    assert "the date column" in app.problem
    assert "df.nps(date=" in app._finding.value


def test_simulator_starts_as_things_are(training: pd.DataFrame) -> None:
    app = training.nps.simulator(until="2018", attributes=["Worth", "Material"])
    assert app.result.change == 0
    assert "Nothing is moved" in app._finding.value


def test_simulator_is_the_simulation(training: pd.DataFrame) -> None:
    app = training.nps.simulator(until="2018", attributes=["Worth", "Material"], over="WhenTaking")
    labels = fields(app)
    labels["Detractors who become passives (%)"].value = 40
    worth = next(each for name, each in labels.items() if name.startswith("Worth"))
    worth.value = 4.8
    level = app._levels.children[0]
    level.hand.value = 30.0
    assert app.detractors_to_passives == 0.4
    assert app.drivers == {"Worth": 4.8}
    assert list(app.mix.values()) == [0.3]
    assert app._levels.children[1].field.value == 70
    assert len(app.mix) == 1
    again = eval(app.code, {"df": training, "npskit": npskit})
    assert again.change == app.result.change
    assert set(again.table["part"]) == {"mix", "detractors_to_passives", "drivers"}
    app.reset()
    assert app.result.change == 0
    assert level.field.value == pytest.approx(100 * app._simulator.levels("WhenTaking")["share"][0], abs=0.05)


def test_simulator_tells_money_and_no_path(garden: pd.DataFrame) -> None:
    left = np.arange(len(garden)) % 10 < np.where(garden["recommandation"] < 7, 5, 2)
    sold = garden.assign(left=left)
    app = sold.nps.simulator(spend="ticket_eur", churned="left", detractors_to_passives=0.5, lang="fr")
    assert "Revenu menacé" in app._finding.value
    assert "pas d’évolution dans le temps" in app._details.value
    again = eval(app.code, {"df": sold})
    assert again.risk == app.result.risk


def test_mix_is_forgotten_with_its_column(garden: pd.DataFrame) -> None:
    app = garden.nps.simulator()
    app.over = next(iter(app._items))
    app._levels.children[0].hand.value = 60.0
    assert app.mix
    app.over = ""
    assert app.mix == {}
    assert app._levels.children == ()
    assert app.problem == ""


def test_a_column_of_which_nothing_is_moved_changes_no_figure(garden: pd.DataFrame) -> None:
    app = garden.nps.simulator(detractors_to_passives=0.2, over="visites")
    assert app.result.table == garden.nps.simulate(detractors_to_passives=0.2).table
    app.over = "nowhere"
    assert "nowhere" in app.problem


def test_setup_picks_where_nothing_can_be_told(rivals: pd.DataFrame) -> None:
    with pytest.raises(NpskitError):
        rivals.nps.score()
    app = rivals.nps.setup(lang="fr")
    assert "nps_shop\u202f»" in app._finding.value
    assert "aucune colonne ne convient" in app._details.value
    fields(app)["Note\u202f: nous recommanderiez-vous\u202f?"].value = "nps_site"
    assert app.survey.score() == rivals.nps(rating="nps_site").score() == app.result.score()
    assert app.code == "df.nps(rating='nps_site')"
    app.rating = LONG
    assert "expected whole ratings" in app.problem
    assert app.code == f"df.nps(rating={LONG!r})"


def test_setup_names_a_rival_first_and_takes_names_from_python(rivals: pd.DataFrame) -> None:
    app = rivals.nps.setup(rating="NPS shop")
    assert app.rating == "nps_shop"
    options = [value for _, value in fields(app)["Rating: would you recommend us?"].options]
    assert options[:3] == ["", "nps_shop", "nps_site"]
    with pytest.raises(NpskitError, match="no column"):
        rivals.nps.setup(rating="nothing")


def test_names_are_shown_as_text() -> None:
    frame = pd.DataFrame({"<b>nps</b>": [9, 3, 10, 7, 8], "nps 2": [1, 2, 3, 4, 5], "<img src=x>": list("abcde")})
    app = frame.nps.setup()
    shown = app._finding.value + app._details.value
    app.rating = "<b>nps</b>"
    shown += app._finding.value + app._details.value + app._code.value
    assert "<b>nps" not in shown
    assert "<img" not in shown
    assert escaped_lines("<a>\nb") == "&lt;a&gt;<br>b"


def test_values_that_no_list_holds_join_it_or_move_nothing(training: pd.DataFrame, rivals: pd.DataFrame) -> None:
    plan = npskit.planner()
    plan.confidence_level = 0.93
    assert plan.result.confidence_level == 0.93
    assert fields(plan)["Confidence level"].value == 0.93
    forecast = training.nps.forecast_app(until="2018", horizon=2)
    forecast.every = "day"
    forecast.lang = "fr"
    assert forecast.every == "day"
    setup = rivals.nps.setup(rating="nps_shop")
    with pytest.raises(NpskitError):
        setup.rating = "q9"
    assert setup.rating == "nps_shop"
    assert not setup.problem


def test_numbers_that_cannot_be_are_problems(training: pd.DataFrame, rivals: pd.DataFrame) -> None:
    plan = npskit.planner()
    for name, value in (("margin", float("nan")), ("passives", 1.5)):
        usual = getattr(plan, name)
        setattr(plan, name, value)
        assert name in plan.problem
        setattr(plan, name, usual)
        assert not plan.problem
    forecast = training.nps.forecast_app(until="2018", horizon=2)
    forecast.target = 500
    assert "target" in forecast.problem
    assert "nps_site" in rivals.nps.setup(rating="nps_shop", date="nps_site").problem


def test_two_pictures_share_no_identifier(training: pd.DataFrame) -> None:
    first, second = Picture(), Picture()
    chart = training.nps.forecast(3, until="2018").plot()
    first.show(chart)
    second.show(chart)
    names = [set(re.findall(r'(?:id="|url\(#)([^")]+)', each.svg)) for each in (first, second)]
    assert names[0]
    assert not names[0] & names[1]


def test_picture_without_a_converter_is_drawn_by_the_front_end(monkeypatch: pytest.MonkeyPatch) -> None:
    from npskit.charts import renderer

    monkeypatch.setattr(renderer, "vl_convert", lambda: None)
    picture = Picture()
    picture.show(npskit.plan(margin=5, score=30).plot())
    (output,) = picture.children
    assert "application/vnd.vegalite.v5+json" in output.outputs[0]["data"]


def test_many_moves_are_one_refresh_when_a_loop_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    app = npskit.planner()
    seen: list[float] = []
    whole = type(app).refresh
    monkeypatch.setattr(type(app), "refresh", lambda self: (seen.append(self.margin), whole(self)))

    async def moved() -> None:
        for margin in (4.0, 3.0, 2.0):
            app.margin = margin
        assert app.result.responses == 5859
        await asyncio.sleep(0.3)

    asyncio.run(moved())
    assert seen == [2.0]


def test_controls_load_only_when_asked_for() -> None:
    code = (
        "import npskit, sys, json, pandas as pd\n"
        "pd.DataFrame({'nps': [9, 3]}).nps.simulate(detractors_to_passives=.5)\nnpskit.plan(margin=5)\n"
        "print(json.dumps(sorted({name.split('.')[0] for name in sys.modules})))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not set(json.loads(run.stdout)) & {"ipywidgets", "altair", "IPython"}
