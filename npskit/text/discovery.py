"""What people speak of that nobody thought of: comments that share words, as topics.

Every comment is a point among the terms it holds, and topics are the few directions that most points lie along:
non-negative matrix factorisation (Lee and Seung 1999) of the TF-IDF table, started from its singular vectors (NNDSVD,
Boutsidis and Gallopoulos 2008), so that the same comments always give the same topics. Looking at all comments
together, and not at detractors alone, is what makes topics stable. How many there are is not asked: as many as the
table has directions stronger than a shuffled one (Horn's parallel analysis 1965). A topic is named by words as people
write them.

Who has a model of sentences passes its `encode`; the vectors are grouped instead of the terms. Nothing is downloaded.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npskit.errors import ArgumentError, ArgumentTypeError, optional_import
from npskit.text.terms import Terms, stop_words, tf_idf

__all__ = ["Topics", "clusters", "factors", "topics"]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

# Terms that a topic is looked for in; more are rare ones that hold nothing together.
MOST_TERMS = 700
SWEEPS, SHUFFLES = 80, 3
# Share of a comment's weight that makes it a topic's.
LEAST_SHARE = 0.35
# Comments from which on there is anything to group.
LEAST_COMMENTS = 60
MODEL = "encode=model.encode of a model of sentences"
TERMS_SHOWN, NAMED_BY = 6, 2


@dataclass(frozen=True, slots=True)
class Topics:
    """Groups of comments.

    Attributes
    ----------
    matrix : ndarray (comments, topics) of bool
    names : tuple of str
        Two terms each, as people write them.
    terms : tuple of tuple of str
        The terms that mark each topic, the strongest first.
    """

    matrix: Flags
    names: tuple[str, ...]
    terms: tuple[tuple[str, ...], ...]


def topics(found: Terms, rows: Flags, *, most: int = 10, least: int = 10) -> Topics:
    """Topics of some of the comments.

    Parameters
    ----------
    found : Terms
    rows : ndarray (comments,) of bool
        Comments to look at.
    most : int, optional
        Topics at most.
    least : int, optional
        Comments that a topic has at least.

    Returns
    -------
    Topics
        None when the comments share no more words than by chance.
    """
    kept = usable_terms(found, rows)
    if rows.sum() < LEAST_COMMENTS or len(kept) < 3:
        return Topics(np.zeros((found.size, 0), dtype=np.bool_), (), ())
    table = tf_idf(found)[:, kept]
    at = np.flatnonzero(rows & (np.diff(table.indptr) > 0))
    table = unit(table[at])
    single = [len(found.words[term]) == 1 for term in kept]
    size = dimensions(unit(table[:, np.flatnonzero(single)]), most)
    if size == 0:
        return Topics(np.zeros((found.size, 0), dtype=np.bool_), (), ())
    weights, parts = factors(table, size)
    matrix = np.zeros((found.size, size), dtype=np.bool_)
    matrix[at] = members(weights, parts, table)
    names = [found.names[term] for term in kept]
    marks = [marking(parts, topic, names) for topic in range(size)]
    return settled(matrix, marks, least)


def unit(table: Any) -> Any:
    """The table with rows of length 1 again."""
    sparse = optional_import("scipy.sparse", extra="text", purpose="group comments")
    lengths = np.sqrt(np.asarray((table * table).sum(axis=1)).ravel())
    return (sparse.diags_array(1 / np.maximum(lengths, TINY)) @ table).tocsr()


def usable_terms(found: Terms, rows: Flags) -> NDArray[np.int64]:
    """Terms in enough of the comments to hold them together, and in less than a third of them.

    Negations and amounts set promoters and detractors apart, but are no subject of their own.
    """
    times = found.counts(rows)
    amounts = [len(words) == 1 and name in AMOUNTS for words, name in zip(found.words, found.names, strict=True)]
    usable = (times >= max(4, 0.004 * rows.sum())) & (times <= rows.sum() / 3) & ~np.array(amounts, dtype=np.bool_)
    order = np.argsort(-times, kind="stable")[:MOST_TERMS]
    return np.sort(order[usable[order]])


AMOUNTS = frozenset(
    "pas plus trop peu moins rien non sans aucun aucune jamais beaucoup not no too more less never".split()  # noqa: SIM905 read as words
)


def dimensions(table: Any, most: int) -> int:
    """Directions of a table of single words that are stronger than in shuffled ones, at most so many.

    A pair of words is always with its words, which in a shuffled table it is not.
    """
    # A comment of a single term ties nothing together.
    table = table[np.flatnonzero(np.diff(table.indptr) > 1)]
    if table.shape[0] < LEAST_COMMENTS // 2:
        return 0
    own = strengths(table)
    rng = np.random.default_rng(0)
    by_chance = np.max([strengths(shuffled(table, rng)) for _ in range(SHUFFLES)], axis=0)
    # The first direction of a table without negative numbers is what all comments have in common, shuffled or not.
    above = np.append(own[1:] > by_chance[1], False)
    size = int(above.argmin())
    return min(size + 1, most) if size else 0


def strengths(table: Any) -> Floats:
    """Squared singular values, the largest first."""
    return np.asarray(np.linalg.eigvalsh((table.T @ table).toarray())[::-1])


def shuffled(table: Any, rng: np.random.Generator) -> Any:
    """A table of as many terms and as long comments, in which terms of one comment do not belong together."""
    sparse = optional_import("scipy.sparse", extra="text", purpose="group comments")
    entries = table.tocoo()
    times = np.bincount(entries.col, minlength=table.shape[1])
    rarity = np.log((1 + table.shape[0]) / (1 + times)) + 1
    places = np.unique(rng.permutation(entries.row).astype(np.int64) * table.shape[1] + entries.col)
    rows, columns = np.divmod(places, table.shape[1])
    return unit(sparse.csr_array((rarity[columns], (rows, columns)), shape=table.shape))


def factors(table: Any, size: int) -> tuple[Floats, Floats]:
    """Non-negative factors of a table: comments × topics and topics × terms.

    Hierarchical alternating least squares (Cichocki and Phan 2009): one topic at a time has a closed form, which
    needs no step size and does not depend on a random start.
    """
    weights, parts = started(table, size)
    for _ in range(SWEEPS):
        weights = improved(weights, np.asarray(table @ parts.T), parts @ parts.T)
        parts = improved(parts.T, np.asarray(table.T @ weights), weights.T @ weights).T
    return weights, parts


def improved(own: Floats, cross: Floats, gram: Floats) -> Floats:
    """One sweep over the topics of one factor."""
    own = own.copy()
    for topic in range(own.shape[1]):
        step = (cross[:, topic] - own @ gram[:, topic]) / max(gram[topic, topic], TINY)
        own[:, topic] = np.maximum(own[:, topic] + step, 0.0)
    return own


TINY = 1e-12


def started(table: Any, size: int) -> tuple[Floats, Floats]:
    """The positive sides of the leading singular vectors (NNDSVD), zeros filled with a small mean."""
    _, vectors = np.linalg.eigh((table.T @ table).toarray())
    right = vectors[:, ::-1][:, :size]
    left = np.asarray(table @ right)
    weights, parts = np.zeros_like(left), np.zeros_like(right.T)
    for at in range(size):
        sides = [(np.maximum(sign * left[:, at], 0), np.maximum(sign * right[:, at], 0)) for sign in (1, -1)]
        best = max(sides, key=lambda pair: float(np.linalg.norm(pair[0]) * np.linalg.norm(pair[1])))
        scale = np.linalg.norm(best[1]) or 1.0
        weights[:, at], parts[at] = best[0] / scale, best[1] / scale
    small = float(table.sum()) / max(table.shape[0] * table.shape[1], 1) / 100
    return np.where(weights > 0, weights, small), np.where(parts > 0, parts, small)


def members(weights: Floats, parts: Floats, table: Any) -> Flags:
    """Which comments are of which topics: a good share of their weight, and at least one of the marking terms."""
    size = weights * np.linalg.norm(parts, axis=1)
    shares = size / np.maximum(size.sum(axis=1, keepdims=True), TINY)
    strong = parts >= 0.2 * parts.max(axis=1, keepdims=True)
    held = np.asarray((table > 0).astype(float) @ strong.T.astype(float)) > 0
    return (shares >= LEAST_SHARE) & held


def marking(parts: Floats, topic: int, names: Sequence[str]) -> list[str]:
    """The terms that mark a topic: strong there and not elsewhere, none said twice."""
    own = parts[topic] / max(parts[topic].max(), TINY)
    others = np.delete(parts, topic, axis=0)
    alone = parts[topic] / np.maximum(parts[topic] + (others.max(axis=0) if len(others) else 0.0), TINY)
    order = np.argsort(-own * alone, kind="stable")
    return apart([names[at] for at in order if own[at] > 0.05])


def apart(names: Sequence[str], size: int = TERMS_SHOWN) -> list[str]:
    """The first names of which none holds another, or is another form of it."""
    kept: list[str] = []
    for name in names:
        stems = {stem(word) for word in name.replace("'", " ").split() if word not in stop_words()}
        if not any(stems & {stem(word) for word in other.replace("'", " ").split()} for other in kept):
            kept.append(name)
        if len(kept) == size:
            break
    return kept


def stem(word: str) -> str:
    """The beginning that forms of a word share, roughly."""
    return word[:5]


def settled(matrix: Flags, marks: Sequence[Sequence[str]], least: int) -> Topics:
    """Topics with enough comments, the largest first."""
    order = [at for at in np.argsort(-matrix.sum(axis=0), kind="stable").tolist() if matrix[:, at].sum() >= least]
    order = [at for at in order if marks[at]]
    names = [" · ".join(marks[at][:NAMED_BY]) for at in order]
    return Topics(matrix[:, order], tuple(numbered(names)), tuple(tuple(marks[at]) for at in order))


def numbered(names: Sequence[str]) -> list[str]:
    """Names of which no two are the same."""
    return [name if names.index(name) == at else f"{name} ({at + 1})" for at, name in enumerate(names)]


def clusters(
    found: Terms,
    texts: Sequence[str],
    rows: Flags,
    encode: Callable[[list[str]], Any],
    *,
    most: int = 10,
    least: int = 10,
) -> Topics:
    """Topics from the vectors that a model of sentences gives to comments.

    Parameters
    ----------
    encode : callable
        From a list of texts to an array (texts, dimensions).

    Raises
    ------
    ArgumentTypeError
        When `encode` is no function.
    ArgumentError
        When its answer is no such array.
    MissingExtraError
        Without scikit-learn.
    """
    if not callable(encode):
        raise ArgumentTypeError(
            where="encode", expected="a function from texts to vectors", got=type(encode).__name__, hint=MODEL
        )
    at = np.flatnonzero(rows)
    if len(at) < LEAST_COMMENTS:
        return Topics(np.zeros((found.size, 0), dtype=np.bool_), (), ())
    vectors = checked_vectors(encode([texts[row] for row in at.tolist()]), len(at))
    labels = grouped(vectors, most)
    matrix = np.zeros((found.size, int(labels.max()) + 1), dtype=np.bool_)
    matrix[at, labels] = True
    return settled(matrix, [distinctive(found, matrix[:, k], rows) for k in range(matrix.shape[1])], least)


def checked_vectors(vectors: Any, size: int) -> Floats:
    """The vectors, each of length 1."""
    try:
        array = np.asarray(vectors, dtype=float)
    except (TypeError, ValueError):
        array = np.empty(0)
    if array.ndim != 2 or len(array) != size or not np.isfinite(array).all():
        raise ArgumentError(
            where="encode",
            expected=f"an array of {size:,} finite vectors, one a comment",
            got=f"an array of shape {array.shape}",
            hint=MODEL,
        )
    return array / np.maximum(np.linalg.norm(array, axis=1, keepdims=True), TINY)


def grouped(vectors: Floats, most: int) -> NDArray[np.int64]:
    """The group of each vector; as many groups as keep apart best (silhouette: Rousseeuw 1987)."""
    cluster = optional_import("sklearn.cluster", extra="embeddings", purpose="group embeddings")
    metrics = optional_import("sklearn.metrics", extra="embeddings", purpose="group embeddings")
    sizes = range(2, max(3, min(most, len(vectors) // 10) + 1))
    found = [cluster.KMeans(k, n_init=4, random_state=0).fit_predict(vectors) for k in sizes]
    sample = np.random.default_rng(0).permutation(len(vectors))[:1000]
    apart_by = [
        metrics.silhouette_score(vectors[sample], labels[sample]) if len(set(labels[sample].tolist())) > 1 else -1.0
        for labels in found
    ]
    return np.asarray(found[int(np.argmax(apart_by))], dtype=np.int64)


def distinctive(found: Terms, members: Flags, rows: Flags) -> list[str]:
    """Terms that are commoner in a group than in the rest."""
    inside, outside = found.counts(members), found.counts(rows & ~members)
    own = inside / max(members.sum(), 1)
    other = (outside + 1) / (max((rows & ~members).sum(), 1) + 2)
    order = np.argsort(-own * np.log(np.maximum(own, TINY) / other), kind="stable")
    return apart([found.names[at] for at in order if own[at] > other[at] and found.names[at] not in AMOUNTS])
