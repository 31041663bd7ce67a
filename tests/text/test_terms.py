import time

import numpy as np
import pytest

from npskit.text.language import languages
from npskit.text.non_answers import is_answer
from npskit.text.quotes import quotes, shortened
from npskit.text.terms import fold, read, terms, tf_idf

HOSTILE = [
    "<script>alert('x')</script><b>Trop cher</b>",
    '=HYPERLINK("http://mal.example";"clic")',
    "a" * 50_000,
    "trop cher " * 5_000,
    "😀😀 👍",
    "السعر مرتفع جدا والخدمة بطيئة",
    "Very good accueil, très bon service and the staff was nice et le prix",
    "\u202eabc\u202c \x00\x07 \ufeff",
    "\ud800 broken",
    "",
    "   ",
]


def test_words_compare_without_case_accents_and_apostrophes():
    corpus = read(["L’ACCUEIL", "l'accueil", "l accueil"])
    assert list(corpus.vocabulary) == ["l", "accueil"]
    assert fold("Œuf déçu") == "oeuf decu"


def test_a_term_is_named_as_most_people_write_it():
    found = terms(read(["Fidélité", "fidélité", "fidelite"]), least=3)
    assert found.names == ("fidélité",)


def test_pairs_keep_what_turns_them_round():
    found = terms(read(["pas cher", "trop cher", "pas cher"]), least=1)
    assert {"pas cher", "trop cher"} <= set(found.names)


def test_pairs_do_not_cross_sentences():
    assert "prix personnel" not in terms(read(["bons prix. Personnel aimable"]), least=1).names


def test_english_negations_are_words():
    assert "not" in read(["It isn't good, I can't say more"]).vocabulary


def test_a_word_counts_once_a_comment():
    assert terms(read(["cher cher cher"]), least=1).counts().max() == 1


def test_markup_is_no_word():
    assert not {"b", "script", "br"} & set(read(["<b>cher</b><br/>prix &amp; choix"]).vocabulary)


def test_rows_of_the_table_have_length_one():
    table = tf_idf(terms(read(["prix cher", "accueil aimable prix"]), least=1))
    np.testing.assert_allclose(np.asarray((table * table).sum(axis=1)).ravel(), 1)


def test_hostile_comments_are_read_in_no_time():
    started = time.process_time()
    corpus = read(HOSTILE)
    terms(corpus, least=1)
    languages(corpus)
    assert len(corpus) == len(HOSTILE)
    assert time.process_time() - started < 3


@pytest.mark.parametrize(
    "text",
    [
        *["", " ", ".", "-", "RAS", "R.A.S.", "r a s", "R.A.S.   MERCI.", "Rien", "rien à signaler", "néant", "N/A"],
        *["nothing", "Nothing to add, thanks!", "pas de commentaire", "Aucune remarque particulière", "10", "123", "b"],
        *["aucun, merci", "Non merci", "no comment", "Je ne sais pas", "???", "Merci !"],
    ],
)
def test_an_empty_box_with_letters_in_it_is_no_answer(text):
    assert not is_answer(text)


@pytest.mark.parametrize(
    "text", ["RAS parfait !", "rien à dire, c'est parfait", "Non, trop cher", "👍", "cher", "rien trouvé", "no parking"]
)
def test_what_says_something_is_an_answer(text):
    assert is_answer(text)


def test_each_comment_has_its_language():
    found = languages(
        read(
            [
                "Le personnel est aimable et les prix sont corrects",
                "The staff was very kind and the prices are fair",
                "Je trouve que c'est trop cher pour la qualité",
                "Super !",
                "السعر مرتفع جدا",
            ]
        )
    )
    assert found.codes == ("fr", "en", "fr", "fr", None)
    assert found.assumed == 1


def test_a_comment_half_in_one_language_and_half_in_the_other_is_of_none():
    mixed = "The staff was very nice and the food is good mais les prix sont trop chers pour des plats de cette taille"
    assert languages(read([mixed])).codes == (None,)


def test_short_comments_alone_have_no_language():
    assert languages(read(["Super", "OK top"])).codes == (None, None)


def quoted(texts, people=None, size=3):
    corpus = read(texts)
    table = tf_idf(terms(corpus, least=1))
    return quotes(table, np.arange(len(texts)), texts, people, size=size)


def test_quotes_are_unlike_one_another():
    texts = [
        "les prix sont trop élevés",
        "Les PRIX sont trop élevés",
        "les prix sont trop élevés !",
        "prix du pain cher",
    ]
    assert len({fold(text).strip(" !") for text in quoted(texts, size=2)}) == 2


def test_a_person_is_quoted_once():
    texts = ["prix trop élevés", "caisses lentes", "parking petit"]
    assert len(quoted(texts, ["zoe", "zoe", "zoe"])) == 1
    assert len(quoted(texts, [None, None, None])) == 3


def test_quotes_are_redacted_and_short():
    texts = ["appelez zoe@exemple.fr pour les prix " + "prix " * 400, "prix"]
    found = quoted(texts)
    assert "[e-mail]" in " ".join(found)
    assert max(map(len, found)) <= 240


def test_a_cut_never_splits_a_word():
    assert shortened("un deux trois quatre", 12) == "un deux…"
