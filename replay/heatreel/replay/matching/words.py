"""Words of names: cleaned for comparison, and similarity of many names at once."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]

# Arrows, permalink marks, bullets and the private-use glyphs of icon fonts say nothing about what an element is.
_MARKS = re.compile(r"[¶§#»«›‹→←↑↓↗↘▾▼▲►▶◀•·|✕✖×☰⋮…\u2600-\u27bf\ue000-\uf8ff\U000f0000-\U0010ffff]+")
# What only screen readers hear of the current link; a redesign drops or adds it without a visible change.
_SPOKEN = re.compile(r"\((?:current|aktuell|actuel|actual)(?: page)?\)")
_DIGITS = re.compile(r"\d+")
_WORD = re.compile(r"\w+")

_BUCKETS = 512


def clean_name(name: str) -> str:
    """The name in lower case without ornaments; "" when only punctuation is left."""
    plain = " ".join(_SPOKEN.sub(" ", _MARKS.sub(" ", name.lower())).split()).strip(" .:,;-–—/")
    return plain if _WORD.search(plain) else ""


def fold_digits(name: str) -> str:
    """The name with each number as one 0: badges, dates and versions change on every load."""
    return _DIGITS.sub("0", name)


def words(name: str) -> list[str]:
    """The words of a cleaned name, numbers folded."""
    return _WORD.findall(fold_digits(name))


def word_similarity(one: Sequence[str], two: Sequence[str]) -> Floats:
    """Similarity of each text of `one` with each of `two`, 0 to 1, rare words weighing more: shape (len, len)."""
    bags = [[words(text) for text in texts] for texts in (one, two)]
    return _cosine(bags[0], bags[1])


def letter_similarity(one: Sequence[str], two: Sequence[str]) -> Floats:
    """Similarity of spelling of each text of `one` with each of `two`, 0 to 1: shape (len, len).

    Cosine of letter triples: one matrix product for all pairs, and as telling here as the edit distance.
    """
    bags = [[_triples(fold_digits(text)) for text in texts] for texts in (one, two)]
    return _cosine(bags[0], bags[1])


def _triples(text: str) -> list[str]:
    padded = f"  {text} " if text else ""
    return [padded[start : start + 3] for start in range(len(padded) - 2)]


def _cosine(one: Sequence[Sequence[str]], two: Sequence[Sequence[str]]) -> Floats:
    weights = _rarity([*one, *two])
    found: Floats = _vectors(one, weights) @ _vectors(two, weights).T
    return np.clip(found, 0.0, 1.0)


def _rarity(bags: Sequence[Sequence[str]]) -> dict[str, float]:
    counts: dict[str, int] = {}
    for bag in bags:
        for token in set(bag):
            counts[token] = counts.get(token, 0) + 1
    total = len(bags) + 1
    return {token: float(np.log(total / count)) + 0.1 for token, count in counts.items()}


def _vectors(bags: Iterable[Sequence[str]], weights: dict[str, float]) -> Floats:
    """Unit vectors of token weights, hashed into a fixed number of buckets with a sign, so that clashes cancel."""
    rows = list(bags)
    table = np.zeros((len(rows), _BUCKETS), dtype=np.float32)
    for row, bag in enumerate(rows):
        for token in set(bag):
            code = zlib.crc32(token.encode())
            table[row, code % _BUCKETS] += weights[token] * (1 if code >> 31 else -1)
    norms = np.linalg.norm(table, axis=1, keepdims=True)
    scaled: Floats = table / np.maximum(norms, 1e-6)
    return scaled
