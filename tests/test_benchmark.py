"""Where the score stands: brands asked alike are compared, published figures shown, and none tested without n."""

from __future__ import annotations

import json
import re
from importlib.resources import files

import numpy as np
import pandas as pd
import polars as pl
import pytest

import npskit
from npskit import Survey
from npskit.errors import (
    ArgumentError,
    ArgumentTypeError,
    ColumnNotFoundError,
    EmptyDataError,
    ReadError,
    SurveyNotFoundError,
)
from npskit.labels import LANGUAGES, word
from npskit.report.brief_others import beside, others_in_short
from npskit.stats.comparison import difference
from npskit.survey.benchmark_answers import Benchmark
from npskit.survey.benchmark_channel import channels_meant
from npskit.survey.benchmark_context import context_columns
from npskit.survey.benchmark_sources import KINDS, bundled, french_names, industry_text, meant, words
from npskit.survey.benchmark_table import read_figures

FORMS = files("npskit").joinpath("..", "tests", "data", "exports", "google_forms_fr.csv")


@pytest.fixture(scope="module")
def forms():
    return npskit.read_survey(str(FORMS))


@pytest.fixture(scope="module")
def garden():
    return npskit.datasets.load("garden")


@pytest.fixture(scope="module")
def panel():
    """120 people who rate three brands each, in a mood of their own: Ours, Alpha a little better, Beta worse."""
    rng = np.random.default_rng(11)
    mood = rng.normal(size=120)
    rows = []
    for brand, level in (("Ours", 8.2), ("Alpha", 8.7), ("Beta", 7.2)):
        rating = np.clip(np.rint(level + 1.6 * mood + 0.5 * rng.normal(size=120)), 0, 10).astype(int)
        rows.append(pd.DataFrame({"customer_id": range(120), "brand": brand, "nps": rating}))
    return pd.concat(rows, ignore_index=True)


def row(found, name):
    at = list(found.table["name"]).index(name)
    return {column: values[at] for column, values in found.table.items()}


def keys(found):
    return {note.key for note in found.notes}


# ---- brands asked in the same survey --------------------------------------------------------------------------------


def test_a_real_form_on_eight_brands(forms):
    found = forms.nps.benchmark(competitors="marque", own="Carrefour")
    assert found.table["name"][0] == "Décathlon"
    assert row(found, "Décathlon")["score"] == pytest.approx(66.7, abs=0.05)
    assert (row(found, "Total")["score"], row(found, "Total")["responses"]) == (-75.0, 12)
    assert found.brands == 8
    assert found.rank_probabilities.sum(axis=0) == pytest.approx(np.ones(8))
    assert sum(found.table["p_best"]) == pytest.approx(1)
    # Nobody is named in the form, so that answers are strangers'; no group has thirty.
    assert {"benchmark_note_strangers", "benchmark_note_few"} <= keys(found)


def test_scores_are_those_of_the_summary(forms):
    found = forms.nps.benchmark(competitors="marque")
    table = forms.nps.summary(by="marque").set_index("marque")
    for name in ("score", "lower", "upper"):
        assert found.table[name] == pytest.approx(table.loc[found.table["name"], name].tolist())


def test_strangers_differ_as_in_compare(forms):
    found = forms.nps.benchmark(competitors="marque", own="Dior")
    table = forms.nps.compare("marque", against="Dior").to_frame().set_index("marque")
    others = [name for name in found.table["name"] if name != "Dior"]
    for ours, theirs in (("difference", "difference"), ("difference_lower", "lower"), ("p_adjusted", "p_adjusted")):
        assert [row(found, name)[ours] for name in others] == pytest.approx(table.loc[others, theirs].tolist())
    assert row(found, "Dior")["difference"] is None


def test_the_same_people_make_differences_surer_and_leave_scores_alone(panel):
    ours = panel.nps.benchmark(competitors="brand", own="Ours")
    plain = panel.drop(columns="customer_id").nps.benchmark(competitors="brand", own="Ours")
    for name in ("score", "lower", "upper", "rank"):
        assert ours.table[name] == plain.table[name]
    for brand in ("Alpha", "Beta"):
        near, far = row(ours, brand), row(plain, brand)
        assert near["difference"] == pytest.approx(far["difference"])
        width = [each["difference_upper"] - each["difference_lower"] for each in (near, far)]
        assert width[0] < 0.6 * width[1]
        assert near["p_value"] < far["p_value"]
    assert row(ours, "Alpha")["p_best"] > row(plain, "Alpha")["p_best"]
    assert "benchmark_note_paired" in keys(ours)
    assert "benchmark_note_strangers" in keys(plain)


def test_a_person_without_a_name_is_a_person_of_their_own(panel):
    some = panel.assign(customer_id=panel["customer_id"].where(panel["customer_id"] < 60))
    found = some.nps.benchmark(competitors="brand", own="Ours")
    note = next(note for note in found.notes if note.key == "benchmark_note_paired")
    assert note.values == {"n": 60, "k": 60 + 180}


def test_who_rates_a_brand_twice_counts_as_one_person(panel):
    twice = pd.concat([panel, panel[panel["brand"] == "Ours"]], ignore_index=True)
    found, once = (each.nps.benchmark(competitors="brand", own="Ours") for each in (twice, panel))
    assert "benchmark_note_again" in keys(found)
    assert row(found, "Ours")["score"] == row(once, "Ours")["score"]
    # 240 answers of 120 people are worth about 120.
    assert row(found, "Ours")["lower"] == pytest.approx(row(once, "Ours")["lower"], abs=1)


def test_nobody_who_rated_two_brands_is_told(panel):
    one_each = panel.assign(customer_id=range(len(panel)))
    assert "benchmark_note_one_each" in keys(one_each.nps.benchmark(competitors="brand"))


def test_two_columns_of_persons_are_told_and_not_guessed(panel):
    both = panel.assign(client_id=panel["customer_id"])
    found = both.nps.benchmark(competitors="brand")
    assert {"benchmark_note_ambiguous", "benchmark_note_paired"} & keys(found)


def test_raters_of_few_brands_are_pointed_at(panel):
    rng = np.random.default_rng(3)
    some = panel[rng.random(len(panel)) < 0.5]
    assert "benchmark_note_own_raters" in keys(some.nps.benchmark(competitors="brand"))


def test_answers_without_a_brand_are_left_out_and_counted(panel):
    holes = panel.assign(brand=panel["brand"].where(panel.index % 50 != 0))
    found = holes.nps.benchmark(competitors="brand")
    assert found.brands == 3
    note = next(note for note in found.notes if note.key == "benchmark_note_nameless")
    assert note.values["n"] == holes["brand"].isna().sum()


def test_one_answer_of_each_person_is_refused(panel):
    dated = panel.assign(date="2024-01-01")
    with pytest.raises(ArgumentError, match="may rate several brands"):
        Survey(dated, keep="last").benchmark(competitors="brand")
    with pytest.raises(ArgumentError, match=r"sort_values\('date'\).*\['customer_id', 'brand'\]"):
        Survey(dated, keep="last").benchmark(competitors="brand")


def test_the_column_of_brands_is_never_that_of_persons():
    """A column "entreprise" may name a customer elsewhere; here every brand would have been one person."""
    rng = np.random.default_rng(1)
    frame = pd.DataFrame({"entreprise": np.repeat(list("ABCDEF"), 40), "note": rng.integers(0, 11, 240)})
    found = frame.nps.benchmark(competitors="entreprise", own="A")
    assert keys(found) == {"benchmark_note_strangers"}
    assert row(found, "A")["upper"] - row(found, "A")["lower"] < 60
    paired = frame.assign(repondant=list(range(40)) * 6).nps.benchmark(competitors="entreprise", own="A")
    assert keys(paired) == {"benchmark_note_paired"}
    with pytest.raises(ArgumentError, match="another column than that of persons"):
        frame.nps(customer="entreprise").benchmark(competitors="entreprise")


def test_a_french_header_names_the_persons(panel):
    french = panel.rename(columns={"customer_id": "Identifiant répondant", "brand": "Enseigne", "nps": "Note NPS"})
    assert "benchmark_note_paired" in keys(french.nps.benchmark(competitors="Enseigne", own="ours"))


def test_a_blank_brand_is_no_brand_and_brands_written_alike_are_told():
    frame = pd.DataFrame(
        {"marque": ["Duval", "Verdure", " ", "", None, "duval "] * 40, "note": [10, 9, 3, 8, 7, 1] * 40}
    )
    found = frame.nps(rating="note").benchmark(competitors="marque", own="Duval")
    assert sorted(found.table["name"]) == ["Duval", "Verdure", "duval "]
    (nameless,) = [note for note in found.notes if note.key == "benchmark_note_nameless"]
    assert nameless.values["n"] == 120
    assert str(found.notes[0]) == (
        "Written alike and counted as different brands: 'Duval' · 'duval '. Write each in one way first."
    )


def test_a_brand_whose_answers_weigh_nothing_has_no_rank():
    frame = pd.DataFrame({"marque": ["A", "B", "C"] * 20, "nps": [10, 9, 3, 8, 7, 1] * 10, "w": [1.0, 1.0, 0.0] * 20})
    found = Survey(frame, weight="w").benchmark(competitors="marque", own="A")
    assert sorted(found.table["name"]) == ["A", "B"]
    assert "benchmark_note_nameless" not in keys(found)


def test_weights_of_one_size_change_ranks_of_nobody(panel):
    weighted = Survey(panel.assign(w=2.0), weight="w").benchmark(competitors="brand", own="Ours")
    plain = panel.nps.benchmark(competitors="brand", own="Ours")
    for name in ("score", "rank", "difference", "p_best"):
        assert [value for value in weighted.table[name] if value is not None] == pytest.approx(
            [value for value in plain.table[name] if value is not None], abs=0.02
        )


@pytest.mark.parametrize("library", ["polars", "pyarrow", "duckdb"])
def test_engines_agree(panel, library):
    module = pytest.importorskip(library)
    data = {"polars": lambda: module.from_pandas(panel), "duckdb": lambda: module.from_df(panel),
            "pyarrow": lambda: module.Table.from_pandas(panel)}[library]()  # fmt: skip
    found = Survey(data).benchmark(competitors="brand", own="Ours")
    plain = panel.nps.benchmark(competitors="brand", own="Ours")
    assert found.table["name"] == plain.table["name"]
    for name in ("score", "difference_lower", "p_best"):
        assert [each or 0 for each in found.table[name]] == pytest.approx([each or 0 for each in plain.table[name]])


def test_counts_of_brands_will_do():
    counts = pd.DataFrame({"brand": ["A", "B"], "detractors": [20, 40], "passives": [30, 35], "promoters": [51, 30]})
    found = Survey.from_counts(counts).benchmark(competitors="brand", own="B")
    gap = difference([20, 30, 51], [40, 35, 30])
    assert row(found, "A")["difference_lower"] == pytest.approx(gap.lower)
    assert row(found, "A")["rank"] == 1


def test_counts_of_accounts_are_not_read_by_account():
    counts = pd.DataFrame({"brand": ["A", "A", "B", "B"], "shop": [1, 2, 1, 2], "detractors": [10, 9, 20, 21],
                           "passives": [30, 35, 30, 31], "promoters": [50, 51, 30, 33]})  # fmt: skip
    found = Survey.from_counts(counts, cluster="shop").benchmark(competitors="brand", own="B")
    assert "benchmark_note_unread" in keys(found)
    assert row(found, "A")["difference"] > 0


def test_equal_scores_share_a_rank_and_limits_hold_it():
    data = pd.DataFrame({"brand": ["A"] * 9 + ["B"] * 9 + ["C"] * 9, "nps": [10, 8, 0] * 6 + [0] * 9})
    found = data.nps.benchmark(competitors="brand")
    assert found.table["rank"] == [1, 1, 3]
    for lower, rank, upper in zip(*(found.table[name] for name in ("rank_lower", "rank", "rank_upper")), strict=True):
        assert lower <= rank <= upper


def test_our_brand_is_found_whatever_the_accents(forms):
    assert forms.nps.benchmark(competitors="marque", own="decathlon").own == "Décathlon"
    with pytest.raises(ArgumentError, match="did you mean 'Renault'"):
        forms.nps.benchmark(competitors="marque", own="Renolt")


def test_without_our_brand_it_is_told_who_leads(forms):
    found = forms.nps.benchmark(competitors="marque")
    assert found.own is None
    assert np.isnan(found.score)
    assert "difference" not in found.table
    assert found.sentence().startswith("Décathlon leads 8 brands with +67")


def test_one_brand_or_the_ratings_themselves_are_no_competitors(panel):
    with pytest.raises(ArgumentError, match=r"competitors: expected at least two brands.*only 'Ours'"):
        panel[panel["brand"] == "Ours"].nps.benchmark(competitors="brand")
    with pytest.raises(ArgumentError, match="names the brand"):
        panel.nps.benchmark(competitors="nps")
    with pytest.raises(ColumnNotFoundError, match="brand"):
        panel.nps.benchmark(competitors="brnd")


# ---- what is published ----------------------------------------------------------------------------------------------


def test_every_figure_that_comes_along_is_cited_and_possible():
    for figure in bundled():
        assert re.match(r"https?://\S+$", figure.url), figure
        assert all((figure.publisher, figure.name, figure.reliability, figure.population)), figure
        assert -100 <= figure.nps <= 100
        assert figure.kind in KINDS
        assert figure.year is None or 2000 < figure.year < 2030
        if figure.counts:
            detractors, passives, promoters = figure.counts
            assert promoters - detractors == pytest.approx(figure.nps, abs=1.01)
            assert detractors + passives + promoters == pytest.approx(100, abs=1.01)


def test_every_industry_has_words_in_both_languages():
    for key in {figure.industry for figure in bundled()}:
        assert meant(key, "industry") == key
        for lang in LANGUAGES:
            assert meant(industry_text(key, lang), "industry") == key, (key, lang)
    assert {value for value, _ in words("industry")} == {figure.industry for figure in bundled()}
    assert set(french_names()) == {figure.name for figure in bundled()}
    for code, _ in words("country"):
        assert all(word(f"benchmark_country_{code.lower()}", lang) for lang in LANGUAGES)


@pytest.mark.parametrize(
    ("text", "key"),
    [("Airlines", "airlines"), ("compagnie aérienne", "airlines"), ("Banque de détail", "banking"), ("GMS", None),
     ("supermarchés", "grocery"), ("jardinerie", "retail"), ("Télécoms", "internet and tv"), ("saas", "software"),
     ("restauration rapide", "fast food"), ("Assurance", "insurance"), ("Énergie", "utilities")],
)  # fmt: skip
def test_an_industry_is_found_by_its_words(text, key):
    assert meant(text, "industry") == key


def test_airlines_have_a_range_and_every_source_is_shown(garden):
    more = [{"name": "Airlines", "industry": "compagnies aériennes", "nps": 39, "publisher": "A panel", "year": 2023}]
    found = garden.nps.benchmark(industry="airlines", published=more)
    shown = dict(zip(found.table["score"], found.table["publisher"], strict=True))
    assert {7.0: "Qualtrics XM Institute", 31.0: "npsbench.com", 39.0: "A panel"}.items() <= shown.items()
    assert (found.range_lower, found.range_upper) == (7.0, 39.0)
    assert found.figures == sum(kind not in ("own", "company") for kind in found.table["kind"])
    assert "above the published range for airlines, +7 to +39" in found.sentence()
    assert "own statement" in str(found.plot().to_dict())


def test_companies_of_an_industry_are_no_part_of_its_range(garden):
    found = garden.nps.benchmark(industry="airlines")
    assert max(found.table["score"]) == 66
    assert found.range_upper < 60
    assert garden.nps.benchmark(industry="insurance").figures == 0
    assert "only of companies" in garden.nps.benchmark(industry="insurance").sentence()


def test_nothing_is_tested_without_n_nor_a_mean_of_companies(garden):
    figures = [
        {"name": "no n", "nps": 20, "publisher": "P", "kind": "company"},
        {"name": "mean", "nps": 20, "publisher": "P", "kind": "moyenne du secteur", "responses": 5000},
        {"name": "guess", "nps": 20, "publisher": "P", "kind": "estimate", "responses": 5000},
        {"name": "limits", "nps": 20, "publisher": "P", "kind": "survey", "lower": 15, "upper": 25},
    ]
    found = garden.nps.benchmark(published=figures)
    assert "difference" not in found.table
    assert row(found, "mean")["lower"] is None
    assert (row(found, "limits")["lower"], row(found, "limits")["upper"]) == (15, 25)
    assert not [each for each in garden.nps.benchmark(industry="all").table["lower"][1:] if each is not None]


def test_a_figure_with_n_is_compared_and_the_least_is_assumed(garden):
    figures = [
        {"name": "whole", "nps": 30, "publisher": "P", "kind": "company", "responses": 400,
         "detractors": 20, "passives": 30, "promoters": 50},
        {"name": "score only", "nps": 30, "publisher": "P", "kind": "company", "responses": 400},
    ]  # fmt: skip
    found = garden.nps.benchmark(published=figures)
    counts = garden.nps.summary()[["detractors", "passives", "promoters"]].to_numpy()[0]
    gap = difference([80, 120, 200], counts)
    assert row(found, "whole")["difference"] == pytest.approx(gap.difference)
    assert row(found, "whole")["difference_upper"] == pytest.approx(gap.upper)
    width = {name: row(found, name)["upper"] - row(found, name)["lower"] for name in ("whole", "score only")}
    assert width["score only"] > 1.15 * width["whole"]


def test_a_french_file_is_read_as_typed(garden, tmp_path):
    path = tmp_path / "chiffres.csv"
    path.write_bytes(
        "Secteur;Nom;NPS;Éditeur;Année;Pays;Nature;Répondants;Adresse\n"
        "jardinerie;Enseigne A;−12,5;Cabinet X;2023;France;entreprise;1 200;https://exemple.fr\n"
        "jardinerie;Moyenne;31;Cabinet X;2023-06-30;France, Belgique;moyenne du secteur;;idem\n"
        "banque;Banque Z;2;Cabinet X;2023;France;;;\n".encode("cp1252", errors="replace").replace(b"?12", b"-12")
    )
    first, second, third = read_figures(path)
    assert (first.nps, first.responses, first.year, first.kind) == (-12.5, 1200, 2023, "company")
    assert (second.year, second.country, second.url) == (2023, ("FR", "BE"), "https://exemple.fr")
    assert third.kind == "not said"
    found = garden.nps.benchmark(industry="jardinerie", published=path, country="France", year=2024)
    assert "Banque Z" not in found.table["name"]
    assert "benchmark_note_left_out" in keys(found)


def test_a_decimal_comma_between_commas_is_refused(garden, tmp_path):
    """Behind it everything would be read as the cell before it: the publisher as a year."""
    path = tmp_path / "publié.csv"
    path.write_text('Nom,NPS,Source\nA,"31,5",Ifop\nB,31,5,Ifop\n', encoding="utf-8")
    with pytest.raises(ReadError, match=r"publié.csv, row 2: expected 3 cells.*'B,31,5,Ifop'"):
        garden.nps.benchmark(published=path)


def test_scores_written_as_shares_are_refused_and_not_shown_as_nothing(garden):
    rows = [{"name": "A", "nps": "0,315", "publisher": "P"}, {"name": "B", "nps": 0.2, "publisher": "P"}]
    with pytest.raises(ArgumentError, match=r"(?s)nothing beyond 1, such as 0.315.*multiply by 100"):
        garden.nps.benchmark(published=rows)
    assert read_figures([{**rows[1], "nps": "0.5 %"}])[0].nps == 0.5
    assert [each.nps for each in read_figures([{**rows[0], "nps": 0}, {**rows[1], "nps": 1}])] == [0, 1]


def test_a_table_of_companies_makes_no_range_of_an_industry(garden):
    table = {"Enseigne": ["Jardiland", "Truffaut", "Ensemble", "Moyenne du secteur"], "NPS": ["31,5", 42, 30, "24,2"],
             "Source": ["Obs"] * 4, "Répondants": ["1 204", 850, None, None]}  # fmt: skip
    kinds = {figure.name: figure.kind for figure in read_figures(table)}
    assert kinds == {"Jardiland": "company", "Truffaut": "company", "Ensemble": "not said",
                     "Moyenne du secteur": "industry mean"}  # fmt: skip
    found = garden.nps.benchmark(published=table)
    assert (found.range_lower, found.range_upper) == (24.2, 30.0)
    assert row(found, "Truffaut")["p_value"] is not None
    assert {figure.kind for figure in read_figures({**table, "nature": ["enquête sectorielle"] * 4})} == {
        "industry survey"
    }


def test_a_wrong_row_is_told_by_its_name(garden):
    rows = [{"nom": "Goodyear", "nps": 31, "source": "P", "n": "12/03/2021"}]
    with pytest.raises(ArgumentError, match=r"published, row 1 \(Goodyear\), column 'responses'"):
        garden.nps.benchmark(published=rows)


def test_a_table_with_sector_and_same_is_read(tmp_path):
    path = tmp_path / "figures.csv"
    path.write_text(
        "year,publisher,study,population,sector,nps,kind,url,reliability\n"
        "2023,XM,Economics,US consumers,Airlines,7,industry mean,https://xm.example,publisher\n"
        "2023,XM,Economics,US consumers,Grocery,26,mean,same,publisher\n"
    )
    airlines, grocery = read_figures(path)
    assert (airlines.name, airlines.industry, grocery.url) == ("Airlines", "Airlines", "https://xm.example")


def test_a_workbook_is_read(tmp_path):
    pytest.importorskip("openpyxl")
    path = tmp_path / "figures.xlsx"
    pd.DataFrame({"name": ["A"], "nps": [12], "publisher": ["P"], "year": [2024], "n": [None]}).to_excel(
        path, index=False
    )
    (figure,) = read_figures(path)
    assert (figure.nps, figure.year, figure.responses) == (12, 2024, None)


@pytest.mark.parametrize(
    ("bad", "told"),
    [
        ({"nps": 130}, r"row 2 \(\w\), column 'nps'.*points from -100 to 100.*130"),
        ({"nps": "many"}, r"row 2 \(\w\), column 'nps'.*'many'"),
        ({"nps": None, "name": "B"}, r"row 2 \(\w\), column 'nps'.*nothing"),
        ({"publisher": ""}, r"row 2 \(\w\), column 'publisher'.*who published"),
        ({"year": 24}, r"row 2 \(\w\), column 'year'.*a year such as 2024"),
        ({"responses": 0}, r"row 2 \(\w\), column 'responses'"),
        ({"kind": "gossip"}, r"row 2 \(\w\), column 'kind'.*'gossip'"),
        ({"lower": 40, "upper": 50}, r"row 2 \(\w\): expected lower ≤ nps ≤ upper"),
        (
            {"detractors": 50, "passives": 30, "promoters": 20},
            r"row 2 \(\w\): expected promoters less detractors of 30",
        ),
    ],
)
def test_a_row_that_cannot_be_used_is_named(garden, bad, told):
    figure = {"name": "A", "nps": 30, "publisher": "P", "year": 2024}
    with pytest.raises(ArgumentError, match=told):
        garden.nps.benchmark(published=[figure, {**figure, **bad}])


def test_what_is_no_table_of_figures_is_refused(garden, tmp_path):
    with pytest.raises(ArgumentError, match="a column 'publisher'"):
        garden.nps.benchmark(published={"nps": [3]})
    with pytest.raises(ArgumentTypeError, match="a path, a table"):
        garden.nps.benchmark(published=7)
    (tmp_path / "figures.csv").write_text("nps,publisher\n3,P\n")
    with pytest.raises(SurveyNotFoundError, match=r"did you mean 'figures\.csv'"):
        garden.nps.benchmark(published=tmp_path / "figure.csv")


def test_an_unknown_industry_names_the_nearest(garden):
    with pytest.raises(ArgumentError, match="'airlines'"):
        garden.nps.benchmark(industry="airlinez")
    with pytest.raises(ArgumentError, match="'assurance'"):
        garden.nps.benchmark(industry="asurance")
    with pytest.raises(ArgumentError, match="somebody to compare with"):
        garden.nps.benchmark()


# ---- warnings -------------------------------------------------------------------------------------------------------


def test_what_makes_figures_unlike_is_told(garden):
    found = garden.nps.benchmark(industry=["banking", "airlines"], country="FR", year=2024)
    assert {"benchmark_note_country", "benchmark_note_old", "benchmark_note_undated", "benchmark_note_channel_open",
            "benchmark_note_means", "benchmark_note_estimates", "benchmark_note_itself",
            "benchmark_note_without_n_all"} <= keys(found)  # fmt: skip
    note = next(note for note in found.notes if note.key == "benchmark_note_country")
    assert "United States" in note.sentence(lang="en")
    assert "États-Unis" in note.sentence(lang="fr")


def test_figures_of_the_country_itself_are_not_warned_of(garden):
    figures = [{"name": "A", "nps": 30, "publisher": "P", "country": "France"}]
    assert "benchmark_note_country" not in keys(garden.nps.benchmark(published=figures, country="fr"))
    assert "benchmark_note_country" in keys(garden.nps.benchmark(published=figures, country="Portugal"))


def test_the_year_is_that_of_the_last_answer():
    data = pd.DataFrame({"nps": [10, 9, 3, 8], "date": ["2019-03-01", "2019-04-01", "2019-05-01", "2019-06-01"]})
    found = data.nps.benchmark(industry="grocery")
    note = next(note for note in found.notes if note.key == "benchmark_note_old")
    assert note.values["year"] == "2019"
    assert "benchmark_note_old" not in keys(data.nps.benchmark(industry="grocery", year=2023))
    with pytest.raises(ArgumentError, match="a year such as 2024"):
        data.nps.benchmark(industry="grocery", year=24)


def test_whom_figures_are_of_is_told(garden):
    assert {"benchmark_note_consumers", "benchmark_note_unsaid"} <= keys(garden.nps.benchmark(industry="airlines"))
    assert "benchmark_note_business" in keys(garden.nps.benchmark(industry="avocats"))
    figures = [{"name": "A", "nps": 30, "publisher": "P", "population": "Clients de l'enseigne"}]
    assert not {"benchmark_note_consumers", "benchmark_note_business", "benchmark_note_unsaid"} & keys(
        garden.nps.benchmark(published=figures)
    )


def test_another_scale_is_told():
    stars = Survey(pd.DataFrame({"stars": [5, 4, 1, 5]}), rating="stars", scale=npskit.Scale(1, 5))
    assert "benchmark_note_scale" in keys(stars.benchmark(industry="hotels"))


def test_nobody_answered_is_an_error():
    with pytest.raises(EmptyDataError):
        Survey(pd.DataFrame({"nps": [None, None]}), rating="nps").benchmark(industry="hotels")


# ---- how people were asked ------------------------------------------------------------------------------------------

SAID = {
    "web": ("web", "online survey", "CAWI", "en ligne", "site web", "QR code"),
    "email": ("email", "E-mail", "courriel", "mail", "e-mail after a purchase", "email link", "courrier électronique"),
    "phone": ("phone/CATI", "Téléphone", "enquête téléphonique", "phone call", "centre d’appels"),
    "face": ("face to face", "Face à face", "F2F", "CAPI", "enquêtrice"),
    "app": ("app", "in-app", "appli mobile"),
    "sms": ("SMS", "texto", "SMS link"),
    "kiosk": ("kiosk", "borne tactile"),
    "ivr": ("IVR", "serveur vocal", "automated call"),
    "paper": ("papier", "courrier", "postal mail", "mail survey"),
}
FIGURES = [
    {"name": "A", "nps": 30, "publisher": "Harris", "channel": "CATI"},
    {"name": "B", "nps": 20, "publisher": "Ifop", "channel": "en ligne"},
    {"name": "C", "nps": 25, "publisher": "BVA", "channel": "web"},
    {"name": "D", "nps": 10, "publisher": "Kantar", "channel": "courriel"},
    {"name": "E", "nps": 15, "publisher": "Odoxa"},
    {"name": "F", "nps": 45, "publisher": "Ours", "channel": "web", "kind": "estimate"},
]


@pytest.mark.parametrize(("text", "channel"), [(text, key) for key, texts in SAID.items() for text in texts])
def test_a_channel_is_found_by_its_words(text, channel):
    assert channels_meant(text) == (channel,)


@pytest.mark.parametrize("text", ["client survey", "iPhone", "téléphone mobile", "WhatsApp", "boutique", "no survey"])
def test_what_tells_no_channel_is_none(text):
    assert channels_meant(text) == ()


def told(found, key):
    return [note for note in found.notes if note.key == key]


def test_figures_of_another_channel_are_counted_and_those_of_a_person_first(garden):
    found = garden.nps.benchmark(published=FIGURES, channel="web")
    (person,) = told(found, "benchmark_note_channel_person")
    assert str(person).startswith("1 of 6 figures was asked by a person: telephone (Harris). This survey was answered ")
    (other,) = told(found, "benchmark_note_channel_other")
    assert "1 of 6 figures comes by another channel: e-mail (Kantar). This survey: web." in str(other)
    # An estimate was asked by no channel, whatever it says.
    (some,) = told(found, "benchmark_note_channel")
    assert str(some).startswith("4 of 6 figures say how people were asked")
    assert found.notes.index(person) < found.notes.index(other) < found.notes.index(some)
    (alone,) = told(garden.nps.benchmark(published=FIGURES, channel="Téléphone"), "benchmark_note_channel_alone")
    sentence = alone.sentence(lang="fr")
    assert "3 chiffres sur 6" in sentence
    assert "web (Ifop · BVA)\u202f; courriel (Kantar)" in sentence
    assert "par une personne (téléphone)" in sentence


def test_figures_asked_alike_are_not_pointed_at(garden):
    found = garden.nps.benchmark(published=FIGURES[1:3], channel="online")
    assert not [key for key in keys(found) if "channel" in key]
    both = garden.nps.benchmark(published=[{**FIGURES[1], "channel": "web et téléphone"}], channel="online")
    assert "telephone (Ifop)" in str(told(both, "benchmark_note_channel_person")[0])


def test_figures_that_do_not_say_are_told_with_and_without_our_channel(garden):
    for channel in ("web", None):
        assert told(garden.nps.benchmark(published=FIGURES[4:], channel=channel), "benchmark_note_channel_unsaid")
    (note,) = told(garden.nps.benchmark(published=FIGURES), "benchmark_note_channel_open")
    assert "channel= says" in str(note)
    assert "channel=" not in note.sentence(lang="en", plain=True)


def answers(**columns):
    return pd.DataFrame({"nps": [10, 9, 3, 8, 7] * 20, **columns})


def test_one_channel_of_the_survey_is_found_by_itself():
    frame = answers(canal=["Téléphone"] * 60 + ["CATI"] * 36 + [None] * 4)
    (note,) = told(frame.nps.benchmark(published=FIGURES), "benchmark_note_channel_alone")
    assert "asked by a person (telephone, as the column 'canal' tells)" in str(note)
    # What is said outweighs what a column tells.
    assert not told(frame.nps.benchmark(published=FIGURES, channel="web"), "benchmark_note_channel_alone")


@pytest.mark.parametrize("library", ["pandas", "polars", "counts"])
def test_several_channels_are_told_as_a_mix(library):
    frame = answers(canal=["Téléphone"] * 60 + ["mail"] * 30 + [None] * 10)
    survey = frame.nps
    if library == "polars":
        survey = pl.from_pandas(frame).nps
    elif library == "counts":
        survey = Survey.from_counts(
            pd.DataFrame({"canal": ["CATI", "mail", None], "detractors": [10, 5, 5], "passives": [20, 5, 0],
                          "promoters": [30, 20, 5]})
        )  # fmt: skip
    (note,) = told(survey.benchmark(published=FIGURES), "benchmark_note_channel_mix_person")
    assert "(column 'canal'): telephone 60%; e-mail 30%; not said 10%" in str(note)
    (said,) = told(frame.nps.benchmark(published=FIGURES, channel="web, borne"), "benchmark_note_channel_mix")
    assert "web ; borne" in said.sentence(lang="fr").replace("\u202f", " ")


def test_where_people_buy_is_no_channel_of_a_survey():
    frame = answers(canal=["Boutique"] * 60 + ["en ligne"] * 40)
    assert told(frame.nps.benchmark(published=FIGURES), "benchmark_note_channel_open")


def test_the_channel_is_that_of_our_own_brand_and_brands_asked_otherwise_are_told():
    frame = answers(marque=["A", "B", "C", "B", "A"] * 20)
    frame["mode de recueil"] = frame["marque"].map({"A": "CATI", "B": "web", "C": "web"})
    found = frame.nps.benchmark(competitors="marque", own="A", published=FIGURES)
    assert told(found, "benchmark_note_channel_alone")
    (note,) = told(found, "benchmark_note_channel_brands")
    assert "telephone (A); web (B · C)" in str(note)
    frame["mode de recueil"] = ["CATI", "web"] * 50
    assert not told(frame.nps.benchmark(competitors="marque", own="A"), "benchmark_note_channel_brands")


def test_an_unknown_channel_names_the_nearest(garden):
    with pytest.raises(ArgumentError, match=r"(?s)channel: expected how people were asked.*did you mean 'phone'"):
        garden.nps.benchmark(industry="hotels", channel="fone")
    with pytest.raises(ArgumentError, match="did you mean 'courriel'"):
        garden.nps.benchmark(industry="hotels", channel="couriel")
    with pytest.raises(ArgumentError, match="got 3"):
        garden.nps.benchmark(industry="hotels", channel=3)


# ---- beside the score -----------------------------------------------------------------------------------------------

BESIDE = {
    "nom": ["Ours", "Alpha", "Gamma"],
    "croissance du CA": ["5 %", "−3,2 %", "1 %"],
    "part de marché": [0.2, None, 1],
}


def test_growth_stands_beside_by_name_and_the_unknown_is_unknown(panel):
    found = panel.nps.benchmark(competitors="brand", own="Ours", context=BESIDE)
    assert row(found, "Ours")["revenue_growth"] == pytest.approx(0.05)
    assert row(found, "Alpha")["revenue_growth"] == pytest.approx(-0.032)
    assert row(found, "Beta")["market_share"] is None
    assert {"benchmark_note_beside", "benchmark_note_context_unknown", "benchmark_note_context_others"} <= keys(found)
    for lang, unknown in (("en", "unknown"), ("fr", "inconnu")):
        spec = json.dumps(found.plot_context(lang=lang).to_dict(), ensure_ascii=False)
        assert unknown in spec
        assert "croissance du CA" in spec or lang == "en"


@pytest.mark.parametrize(
    ("context", "told"),
    [
        ({"name": ["Ours"], "market_share": [20]}, r"row 1, column 'market_share'.*'12 %'.*20"),
        ({"name": ["Ours", "ours"], "market_share": [0.2, 0.3]}, "each name once"),
        ({"name": ["Ours"]}, "at least one of revenue_growth"),
        ({"market_share": [0.2]}, "a column 'name'"),
        ({"name": ["Alfa"], "market_share": [0.2]}, "names of the benchmark.*Alfa"),
        ({"name": ["Ours"], "market_share": ["-5 %"]}, "column 'market_share'"),
    ],
)
def test_a_context_that_cannot_be_used_is_refused(panel, context, told):
    with pytest.raises(ArgumentError, match=told):
        panel.nps.benchmark(competitors="brand", own="Ours", context=context)


def test_differences_are_drawn_with_their_intervals(panel):
    found = panel.nps.benchmark(competitors="brand", own="Ours")
    assert " ".join(found.plot_differences().title.text).startswith("Beta is ")
    assert "marque" in json.dumps(found.plot_differences(lang="fr").to_dict())
    with pytest.raises(EmptyDataError, match="own='our brand'"):
        panel.nps.benchmark(competitors="brand").plot_differences()


def drawn_by(spec):
    """The rows of each layer that draws a given mark."""
    return [(each["mark"]["type"], each.get("data", {}).get("values", [])) for each in spec["layer"]]


def test_bars_of_growth_are_seen_beside_long_names_and_a_lone_figure_has_none():
    names = [f"Coopérative des consommateurs et usagers n° {at}" for at in range(12)]
    table = {"name": names, "kind": ["own", *["competitor"] * 11], "score": np.linspace(46, -51, 12).tolist(),
             "revenue_growth": [0.12, -0.22, *[None] * 10], "customer_growth": [1.5, -0.03, *[None] * 10],
             "market_share": [0.21, *[None] * 11]}  # fmt: skip
    for lang in LANGUAGES:
        spec = npskit.charts.benchmark_context(table, lang=lang).to_dict()
        bars = [values for mark, values in drawn_by(spec) if mark == "bar"]
        assert len(bars) == 3
        long = [max(abs(row["end"] - row["zero"]) for row in values) for values in bars]
        assert min(long) > 15
        assert spec["width"] < 660
        texts = [row["text"] for mark, values in drawn_by(spec) if mark == "text" for row in values if "text" in row]
        assert {"21\u202f%" if lang == "fr" else "21%", "−51"} <= set(texts)


def test_a_growth_has_no_decimal_that_was_not_given():
    from npskit.charts.benchmark_beside import figure

    assert [figure(each, "revenue_growth", "en") for each in (0.05, 0.032, -0.03, 0.0, 1.5)] == [
        "+5%", "+3.2%", "−3%", "0%", "+150%"]  # fmt: skip


def test_more_rows_than_a_page_holds_are_told_and_the_known_ones_stay():
    size = 30
    table = {"name": [f"B{at}" for at in range(size)], "kind": [*["competitor"] * (size - 1), "own"],
             "score": [float(size - at) for at in range(size)], "revenue_growth": [*[None] * (size - 2), 0.1, 0.2],
             "customer_growth": [None] * size, "market_share": [None] * size}  # fmt: skip
    spec = json.dumps(npskit.charts.benchmark_context(table, lang="en").to_dict())
    assert "10 further rows are not drawn" in spec
    assert all(f'\\"B{at}\\"' in spec for at in (0, 28, 29))


def test_figures_that_read_alike_are_told_apart_by_their_study(garden):
    drawn = json.dumps(garden.nps.benchmark(industry="grocery").plot(lang="fr").to_dict())
    assert "XMI Customer Ratings NPS 2023" in drawn
    assert "Economics of NPS 2023" in drawn
    assert "Economics of NPS 2024" not in drawn


def test_only_marks_that_are_drawn_are_explained(garden, panel):
    def said(found):
        return " ".join(found.plot(lang="en").to_dict()["title"]["subtitle"])

    banks = said(garden.nps.benchmark(industry="banking"))
    assert "squares: figures of companies" in banks
    assert "hollow" not in banks
    assert "squares" not in said(garden.nps.benchmark(industry="legal"))
    assert "band" not in said(garden.nps.benchmark(industry="restaurants"))
    assert "iamonds" not in said(panel.nps.benchmark(competitors="brand", own="Ours"))


def test_of_two_brands_the_other_is_one():
    frame = pd.DataFrame({"marque": ["A", "B"] * 30, "nps": [10, 9, 3, 8, 7, 0] * 10})
    found = frame.nps.benchmark(competitors="marque", own="A")
    assert "The other does not differ from it" in found.sentence()
    assert " ".join(found.plot_differences(lang="fr").title.text) == "L’écart avec A peut venir du hasard"


def test_a_chart_of_brands_does_not_call_them_segments(forms):
    found = forms.nps.benchmark(competitors="marque", own="Carrefour")
    assert " ".join(found.plot_differences(lang="en").title.text).startswith("No difference to Carrefour is more than")


def test_an_ampersand_is_an_and(panel):
    brands = panel.assign(brand=panel["brand"].replace("Alpha", "Verdure & Fils"))
    found = brands.nps.benchmark(competitors="brand", context=[{"enseigne": "verdure et fils", "pdm": "12 %"}])
    assert row(found, "Verdure & Fils")["market_share"] == 0.12


def test_without_context_there_is_no_panel(panel):
    with pytest.raises(EmptyDataError, match="growth or market shares"):
        panel.nps.benchmark(competitors="brand").plot_context()


# ---- words and pictures ---------------------------------------------------------------------------------------------


def all_kinds(forms, garden, panel):
    yield forms.nps.benchmark(competitors="marque", own="Carrefour", industry="retail")
    yield forms.nps.benchmark(competitors="marque", industry="luxe")
    yield panel.nps.benchmark(competitors="brand", own="Ours", context=BESIDE)
    for industry in ("airlines", "assurance", "banque", "car rental", "hotels", "luxury", ["legal", "accounting"]):
        yield garden.nps.benchmark(industry=industry, country="FR")


def test_both_languages_say_it_and_fill_every_place(forms, garden, panel):
    for at, found in enumerate(all_kinds(forms, garden, panel)):
        for lang in LANGUAGES:
            texts = [found.sentence(lang=lang), *(note.sentence(lang=lang) for note in found.notes)]
            assert all(texts)
            assert not [text for text in texts if "{" in text or "  " in text or "nan" in text.split()]
            if at > 3:
                continue
            drawn = json.dumps(found.plot(lang=lang).to_dict(validate=False), ensure_ascii=False)
            assert all(name.split(" ")[0] in drawn for name in found.names(lang=lang))


def test_the_place_in_the_range_is_told_with_its_doubt():
    def told(detractors, passives, promoters):
        counts = pd.DataFrame({"detractors": [detractors], "passives": [passives], "promoters": [promoters]})
        return Survey.from_counts(counts).benchmark(industry="accounting").sentence()

    assert "within the published range" in told(200, 350, 450)
    assert ", above the published range" in told(10, 90, 900)
    assert "though its interval reaches into it" in told(3, 5, 12)
    assert ", below the published range" in told(500, 300, 200)
    assert "from 2\u00a0sources" in told(500, 300, 200)


def test_a_long_table_is_shortened_at_its_middle_and_says_so(garden):
    figures = [{"name": f"F{at}", "nps": at, "publisher": "P"} for at in range(60)]
    found = garden.nps.benchmark(published=figures)
    spec = found.plot().to_dict()
    assert "further rows are not drawn" in json.dumps(spec)
    names = [each["name"] for each in next(iter(spec["datasets"].values()))] if "datasets" in spec else [
        each["name"] for each in spec["data"]["values"]]  # fmt: skip
    assert any(name.startswith("F59") for name in names)
    assert any(name.startswith("F0") for name in names)


def test_the_result_is_plain_data(forms):
    found = forms.nps.benchmark(competitors="marque", own="Carrefour", industry="retail")
    record = json.loads(json.dumps(found.to_dict()))
    assert record["range_upper"] == 62
    assert len(found.to_frame()) == len(found)
    assert {"name", "score", "lower", "upper", "publisher", "year", "population", "kind"} <= set(found.table)
    assert forms.nps.plot.benchmark(competitors="marque", own="Carrefour").to_dict()["title"]


def test_all_rows_of_a_table_that_cannot_be_used_are_named_at_once(garden):
    rows = [{"nps": 30, "publisher": "P"}, {"nps": 145, "publisher": "P"}, {"nps": "thirty", "publisher": "P"}]
    with pytest.raises(ArgumentError, match=r"(?s)got 2 that cannot.*row 2, column 'nps'.*row 3, column 'nps'"):
        garden.nps.benchmark(published=rows)


def test_a_published_interval_is_drawn(garden):
    rows = [{"name": "A", "nps": 30, "publisher": "P", "n": 400, "kind": "industry survey"}]
    spec = garden.nps.benchmark(published=rows).plot(lang="en").to_dict()
    drawn = [each["transform"] for each in spec["layer"] if each["mark"]["type"] == "rule" and "transform" in each]
    assert any("datum.mark" in str(each) and "datum.lower" in str(each) for each in drawn)


def test_that_no_figure_says_its_n_is_said_plainly(garden):
    rows = [{"nps": 30, "publisher": "P"}, {"nps": 40, "publisher": "Q"}]
    assert str(garden.nps.benchmark(published=rows).notes[0]).startswith("No published figure says how many answers")
    assert "1 of 2 published figures does not say" in str(
        garden.nps.benchmark(published=[{**rows[0], "n": 90, "kind": "industry survey"}, rows[1]]).notes[0]
    )


def test_a_slip_in_the_name_of_an_industry_is_guessed(garden):
    with pytest.raises(ArgumentError, match="did you mean 'jardinerie'"):
        garden.nps.benchmark(industry="jardinnerie")


def test_heads_of_one_meaning_are_one_column_row_by_row() -> None:
    first = {"nps": 33, "publisher": "A", "année": 2025, "pays": "France"}
    second = {"score": 40, "éditeur": "B", "year": 2024, "country": "Spain"}
    found = read_figures([first, second])
    assert [(each.nps, each.publisher, each.year, each.country) for each in found] == [
        (33, "A", 2025, ("FR",)),
        (40, "B", 2024, ("ES",)),
    ]
    assert read_figures([{**first, "year": "2025-03-01"}])[0].year == 2025
    with pytest.raises(ArgumentError, match="row 1: expected one 'year', got '2025' under 'année' and '2024'"):
        read_figures([{**first, "year": 2024}])


def test_a_company_in_one_row_and_an_industry_in_another_keep_their_kinds() -> None:
    bank = {"nps": 33, "publisher": "A"}
    found = read_figures([{**bank, "company": "BoursoBank"}, {**bank, "name": "All banks", "kind": "industry mean"}])
    assert [(each.name, each.kind) for each in found] == [("BoursoBank", "company"), ("All banks", "industry mean")]


def test_growth_under_heads_of_two_languages_is_one_column() -> None:
    rows = [{"nom": "Lyon", "part de marché": "12 %"}, {"name": "Nice", "market share": "8 %"}]
    assert context_columns(rows, ["Lyon", "Nice"])[0]["market_share"] == [0.12, 0.08]
    with pytest.raises(ArgumentError, match="row 1: expected one 'market_share'"):
        context_columns([{**rows[0], "market share": "9 %"}], ["Lyon"])


# ---- what is told of the range, and what a page has no room for -------------------------------------------


def banking(**options: object) -> Benchmark:
    frame = pd.DataFrame({"nps": [10] * 45 + [8] * 30 + [3] * 25})
    return frame.nps.benchmark(industry="banking", country="FR", year=2026, **options)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_most_misleading_remark_stands_beside_the_range_and_in_the_chart(lang: str) -> None:
    found = banking()
    caution = found.caution(lang=lang)
    assert caution.startswith("20 of 20 figures are more than 3 years" if lang == "en" else "20 chiffres sur 20 sont")
    assert caution in others_in_short(found, mixed=False, lang=lang)
    assert caution.removesuffix(".") in " ".join(found.plot(lang=lang).title.subtitle)
    recent = {"nps": [33, 20], "publisher": ["A", "B"], "year": [2025, 2025], "country": ["FR", "ES"]}
    near = pd.DataFrame({"nps": [10, 3, 8] * 20}).nps.benchmark(published=recent, country="FR", year=2026)
    assert near.caution(lang="en").startswith("1 of 2 figures comes from elsewhere")
    assert pd.DataFrame({"nps": [10, 3, 8] * 20}).nps.benchmark(published=recent, year=2026).caution(lang="en") == ""


def test_what_the_chart_has_no_room_for_is_in_the_document() -> None:
    found = banking()
    drawn = [row["name"] for row in found.plot(lang="fr").to_dict()["data"]["values"]]
    (listing, *_) = beside(found, "fr")[1].points
    assert listing.count("Bain & Company") == len(found) - len(drawn) == 1
    assert listing == "Publié aussi et non dessiné faute de place\u202f: Boursorama · Bain & Company, 2017\u202f: +42."


def test_the_table_in_a_notebook_has_years_as_years_and_the_remarks_below() -> None:
    html = banking()._repr_html_()
    assert "<td>2012</td>" in html
    assert "2,012" not in html
    assert "<li>20 of 20 figures are more than 3 years" in html


def test_each_brand_that_differs_is_named_or_counted() -> None:
    rng = np.random.default_rng(0)
    shares = {"We": 0.45, "A": 0.35, "B": 0.3, "C": 0.45, "D": 0.6, "E": 0.25, "F": 0.2}
    frame = pd.concat([pd.DataFrame({"brand": name, "nps": rng.choice([10, 8, 3], 400, p=[part, 0.3, 0.7 - part])})
                       for name, part in shares.items()])  # fmt: skip
    few = frame[frame["brand"].isin(["We", "B", "C", "D"])].nps.benchmark(competitors="brand", own="We")
    assert "D is 45 points above it. B is " in few.sentence(lang="en")
    assert " C is" not in few.sentence(lang="en")
    whole = frame.nps.benchmark(competitors="brand", own="We").sentence(lang="en")
    assert whole.endswith("2 others differ from it beyond chance too.")


def test_a_figure_with_a_publisher_alone_is_not_called_its_own_statement() -> None:
    frame = pd.DataFrame({"nps": [10, 3, 8] * 20})
    alone = json.dumps(frame.nps.benchmark(published=[{"nps": 20, "publisher": "Bain"}]).plot(lang="en").to_dict())
    assert "its own statement" not in alone
    assert "Bain" in alone
    own = [{"nps": 20, "publisher": "Ikea", "company": "Ikea"}]
    assert "its own statement" in json.dumps(frame.nps.benchmark(published=own).plot(lang="en").to_dict())


@pytest.mark.parametrize(("lang", "head"), [("en", "name"), ("fr", "nom")])
def test_names_at_the_pointer_have_a_head_in_the_language(lang: str, head: str) -> None:
    layers = banking().plot(lang=lang).to_dict()["layer"]
    tips = [tip for layer in layers for tip in layer.get("encoding", {}).get("tooltip", ()) if tip["field"] == "name"]
    assert tips
    assert {tip["title"] for tip in tips} == {head}
