import pandas as pd
import pytest

from npskit.errors import ColumnNotFoundError, RoleError
from npskit.roles import Candidate, candidates, choose, fold, name_rank, resolve

RATINGS = [
    "NPS",
    "nps_score",
    "Note NPS",
    "NETPRO",
    "LikelyToRecommend",
    "recommandation",
    "StackOverflowRecommend",
    "Dans quelle mesure, êtes-vous prêt(e)  à recommander cette marque auprès de vos proches ?",
    "Quelle est la probabilité que vous recommandiez notre magasin à un proche ?",
    "How likely is it that you would recommend this company to a friend or colleague?",
    "On a scale from 0 to 10, would you recommend us?",
    "Recommanderiez-vous notre enseigne à un proche ?",
]
NOT_RATINGS = ["recommended_by", "nps_date", "NPS comment", "visits", "satisfaction", "nps target", "how likely group"]


@pytest.mark.parametrize("name", RATINGS)
def test_names_of_the_recommendation_question_are_ratings(name):
    assert name_rank(name, "rating") == 1


@pytest.mark.parametrize("name", NOT_RATINGS)
def test_names_beside_the_question_are_not(name):
    assert name_rank(name, "rating") is None


@pytest.mark.parametrize(
    ("role", "name"),
    [
        ("date", "RecordedDate"),
        ("date", "Date de réponse"),
        ("date", "Horodateur"),
        ("date", "Submit Date (UTC)"),
        ("comment", "Commentaire"),
        ("comment", "What is the main reason for your score?"),
        ("comment", "Pour quelle raison principale ?"),
        ("customer", "code_client"),
        ("customer", "Customer ID"),
        ("weight", "WEIGHT"),
        ("weight", "poids"),
    ],
)
def test_other_roles_are_known_in_both_languages(role, name):
    assert name_rank(name, role) is not None


def test_content_decides_beside_the_name():
    found = candidates("rating", ["Recommend", "LikelyToRecommend"], fits=lambda column, _: column != "Recommend")
    assert [candidate.column for candidate in found] == ["LikelyToRecommend"]


def test_the_question_counts_as_a_second_name():
    aliases = {"Q1": "How likely are you to recommend us?"}
    assert candidates("rating", ["Q1", "Q2"], fits=lambda *_: True, aliases=aliases)[0].column == "Q1"


def test_two_of_one_rank_are_an_error_that_shows_both_calls():
    pair = [Candidate("a", "rating", 1, ""), Candidate("b", "rating", 1, "")]
    with pytest.raises(RoleError, match=r"(?s)'a', 'b'.*df.nps\(rating='a'\) or df.nps\(rating='b'\)"):
        choose("rating", pair, ["a", "b"])


def test_the_better_rank_wins():
    assert choose("rating", [Candidate("a", "rating", 1, ""), Candidate("b", "rating", 2, "")], []).column == "a"


def test_no_candidate_is_an_error_that_lists_the_columns():
    with pytest.raises(RoleError, match="day"):
        choose("date", [], ["day", "shop"])


def test_names_fold_case_accents_and_camel_case():
    assert fold("Œuvre d'ÉTÉ") == "oeuvre d ete"
    assert fold("NPSScore") == "nps score"


def test_a_name_is_found_without_its_accents():
    assert resolve("date_de_reponse", ["Date de réponse", "x"]) == "Date de réponse"


def test_the_exact_name_wins_over_a_similar_one():
    assert resolve("nps", ["NPS", "nps"]) == "nps"


def test_an_unknown_name_suggests_the_nearest():
    with pytest.raises(ColumnNotFoundError, match="did you mean 'magasin'"):
        resolve("magazin", ["magasin", "date"])


def test_unknown_column_error_is_a_key_error():
    with pytest.raises(KeyError):
        resolve("x", [])


@pytest.mark.parametrize("name", ["Réalisée le", "Terminé le", "Saisi le", "Répondu le", "completed on"])
def test_the_day_of_the_answer_is_told_by_its_name_in_french(name):
    assert name_rank(name, "date") is not None


@pytest.mark.parametrize("name", ["Identifiant client", "Numéro de client", "N° client", "Nº de client", "réf client"])
def test_the_customer_is_told_by_its_name_in_french(name):
    assert name_rank(name, "customer") == 1
    frame = pd.DataFrame({"nps": [9, 3] * 20, name: [f"C{n}" for n in range(40)]})
    assert frame.nps.column("customer") == name


def test_the_only_column_of_dates_is_the_date_unless_it_tells_of_something_else():
    days = pd.date_range("2024-01-01", periods=40)
    frame = pd.DataFrame({"nps": [9, 3] * 20, "Quand": days})
    assert frame.nps.column("date") == "Quand"
    assert frame.assign(date=days).nps.column("date") == "date"
    assert "Quand" in frame.nps.roles().set_index("role").loc["date"].tolist()
    with pytest.raises(RoleError, match="'Quand', 'Moment'"):
        frame.assign(Moment=days).nps.column("date")
    for name in ("Date de livraison", "Parti le", "Né le", "Mis à jour le"):
        with pytest.raises(RoleError, match="date column"):
            frame.rename(columns={"Quand": name}).nps.column("date")
    with pytest.raises(RoleError, match="date column"):
        frame.assign(Quand=frame["Quand"].astype(str)).nps.column("date")
