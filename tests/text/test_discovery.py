import warnings

import numpy as np
import pytest

from npskit.errors import ArgumentError, ArgumentTypeError
from npskit.text.discovery import clusters, factors, topics
from npskit.text.terms import read, terms, tf_idf

THEMES = {
    "price": "cher prix tarif coûteux élevé",
    "queue": "attente caisse file lent queue",
    "parking": "parking garer voiture place stationnement",
    "coffee": "café thé gâteau salon boisson",
    "fish": "poisson aquarium filtre eau bassin",
    "app": "application mobile connexion compte erreur",
}
OTHERS = (
    "magasin visite samedi client équipe rayon produit maison famille semaine dimanche ville quartier jardin achat "
    "moment envie idée exemple service passage entrée sortie ticket sac"
)


def planted(seed, size=600):
    """Comments of known themes among words that mean nothing, a quarter of them without a theme."""
    rng = np.random.default_rng(seed)
    names, texts, truth = list(THEMES), [], []
    for _ in range(size):
        at = rng.integers(len(names) + 2)
        words = list(rng.choice(OTHERS.split(), 3 + rng.integers(3)))
        if at < len(names):
            words += list(rng.choice(THEMES[names[at]].split(), 2 + rng.integers(2), replace=False))
        rng.shuffle(words)
        texts.append("le " + " de ".join(words))
        truth.append(names[at] if at < len(names) else "")
    return texts, np.array(truth)


def best_match(found, members):
    recall = [found.matrix[members, k].mean() for k in range(found.matrix.shape[1])]
    return max(recall, default=0.0)


@pytest.mark.parametrize("seed", range(4))
def test_planted_themes_are_recovered(seed):
    texts, truth = planted(seed)
    found = topics(terms(read(texts)), np.ones(len(texts), dtype=bool))
    recalls = [best_match(found, truth == theme) for theme in THEMES]
    assert np.mean(recalls) >= 0.95


@pytest.mark.slow
def test_planted_themes_are_recovered_in_many_surveys():
    recalls = []
    for seed in range(40):
        texts, truth = planted(seed)
        found = topics(terms(read(texts)), np.ones(len(texts), dtype=bool))
        recalls += [best_match(found, truth == theme) for theme in THEMES]
    assert np.mean(recalls) >= 0.95


def test_words_thrown_together_by_chance_are_no_topic():
    rng = np.random.default_rng(1)
    texts = [" ".join(rng.choice(OTHERS.split(), 5, replace=False)) for _ in range(500)]
    assert topics(terms(read(texts)), np.ones(500, dtype=bool)).names == ()


def test_topics_are_the_same_each_time_and_named_apart():
    texts, _ = planted(0)
    rows = np.ones(len(texts), dtype=bool)
    one, other = (topics(terms(read(texts)), rows) for _ in range(2))
    assert one.names == other.names
    assert len(set(one.names)) == len(one.names)
    assert (one.matrix == other.matrix).all()


def test_few_comments_have_no_topics():
    texts = ["trop cher", "bel accueil"] * 5
    assert topics(terms(read(texts), least=1), np.ones(10, dtype=bool)).names == ()


@pytest.mark.slow
def test_factors_are_as_near_as_those_of_a_library():
    decomposition = pytest.importorskip("sklearn.decomposition")
    texts, _ = planted(0)
    table = tf_idf(terms(read(texts)))
    weights, parts = factors(table, 6)
    assert weights.min() >= 0
    assert parts.min() >= 0
    ours = np.linalg.norm(table.toarray() - weights @ parts)
    model = decomposition.NMF(6, init="nndsvda", solver="cd", max_iter=100, tol=0)
    warnings.simplefilter("ignore")
    theirs = np.linalg.norm(table.toarray() - model.fit_transform(table) @ model.components_)
    assert ours <= 1.01 * theirs


def vectors(texts):
    words = [theme.split() for theme in THEMES.values()]
    counted = [[sum(word in text.split() for word in theme) for theme in words] for text in texts]
    return np.array(counted, dtype=float) + np.random.default_rng(0).normal(0, 0.2, (len(texts), len(words)))


def test_vectors_of_sentences_are_grouped():
    texts, truth = planted(0, 300)
    found = clusters(terms(read(texts)), texts, np.ones(len(texts), dtype=bool), vectors)
    assert np.mean([best_match(found, truth == theme) for theme in THEMES]) > 0.95


@pytest.mark.parametrize("answer", [np.zeros((3, 2)), "text", np.full((300, 2), np.nan), np.zeros(300)])
def test_an_encoder_that_gives_no_vectors_is_told(answer):
    texts, _ = planted(0, 300)
    with pytest.raises(ArgumentError, match="encode"):
        clusters(terms(read(texts)), texts, np.ones(300, dtype=bool), lambda _: answer)


def test_what_is_no_encoder_is_told():
    with pytest.raises(ArgumentTypeError, match="encode: expected a function from texts to vectors, got int"):
        clusters(terms(read(["a dear shop"])), ["a dear shop"], np.ones(1, dtype=bool), 5)
