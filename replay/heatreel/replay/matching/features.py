"""What speaks for or against two elements being the same, before their surroundings are known.

Each feature is oriented so that its weight is never negative: "different" features are zero or negative.
Conflicts count by how much of that property the two pages share at all: when a rewrite has changed every text,
another text says nothing; where all ids are kept, another id says much (Fellegi and Sunter's record linkage).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from heatreel.replay.matching.candidates import Pairs
from heatreel.replay.matching.sides import FAMILIES, Bools, Floats, Ints, Side
from heatreel.replay.matching.words import letter_similarity, word_similarity

# Names less similar than this are another text.
UNLIKE = 0.34
# Letters from which on a name is hardly given twice by chance.
LONG = 12
# Share of the values of a column on both pages at which the column counts as kept; of names, which are many and
# each page's own, a tenth already shows that the words were not written anew.
KEPT = 0.3
KEPT_NAMES = 0.12
# Words of this many neighbours to each side, in page order, are an element's surroundings.
NEIGHBOURS = 3


def pair_features(pairs: Pairs) -> dict[str, Floats]:
    """The features of each pair, by name, as arrays of the length of `pairs`."""
    found = {"bias": np.ones(len(pairs), dtype=np.float32)}
    for group in (_kind, _names, _keys, _links, _structure, _places):
        found.update(group(pairs))
    return found


def kept_share(pairs: Pairs, key: str, common: float = KEPT) -> float:
    """How far the pages keep the values of a column, 0 to 1: all the way when a share of `common` is on both.

    Elements that are new or gone take their values with them, so even where every element keeps its value the
    share on both pages may be small. Drawn to 1 when there are few values.
    """
    one, two = (set(side.codes[key].tolist()) - {0} for side in (pairs.before, pairs.after))
    return min(1.0, (len(one & two) + 0.2) / (min(len(one), len(two)) + 1) / common)


def _kind(pairs: Pairs) -> dict[str, Floats]:
    rows, cols = pairs.rows, pairs.cols
    return {
        "other family": -_number(pairs.before.family[rows] != pairs.after.family[cols]),
        "same tag": _number(_same(pairs, "tag")),
        "other role": -_number(_other(pairs, "role")),
        "one is hidden": -_number(pairs.before.visible[rows] != pairs.after.visible[cols]),
        "same type": _number(_same(pairs, "type")),
        "other type": -_number(_other(pairs, "type")),
    }


def _names(pairs: Pairs) -> dict[str, Floats]:
    equal = _same(pairs, "name")
    counts = [_twins(side) for side in (pairs.before, pairs.after)]
    rarity = 1 / np.sqrt(counts[0][pairs.rows] * counts[1][pairs.cols])
    named = [side.codes["name"] > 0 for side in (pairs.before, pairs.after)]
    both = named[0][pairs.rows] & named[1][pairs.cols]
    similarity = np.where(both & ~equal, _name_similarity(pairs), 0.0)
    share = kept_share(pairs, "name", KEPT_NAMES)
    other = _number(both & ~equal & (similarity < UNLIKE)) * _surprise(share)
    picture = pairs.before.family[pairs.rows] == FAMILIES.index("image")
    return {
        "same unique name": _number(equal & (rarity == 1)),
        "same long name": _number(equal & (rarity == 1) & _long(pairs.before)[pairs.rows]),
        "same rare name": _number(equal) * rarity.astype(np.float32),
        "same name": _number(equal),
        "similar name": similarity.astype(np.float32),
        "other name": other * ~picture,
        "other rare name": other * rarity.astype(np.float32) * ~picture,
        "other picture name": other * picture,
        "both nameless": _number(~named[0][pairs.rows] & ~named[1][pairs.cols]),
        "one nameless": -_number(named[0][pairs.rows] != named[1][pairs.cols]),
        "texts rewritten": np.full(len(pairs), 1 - share, dtype=np.float32),
    }


def _keys(pairs: Pairs) -> dict[str, Floats]:
    return {
        "same id": _number(_same(pairs, "id")),
        "other id": _number(_other(pairs, "id")) * _surprise(kept_share(pairs, "id")),
        "same test id": _number(_same(pairs, "testid")),
        "other test id": _number(_other(pairs, "testid")) * _surprise(kept_share(pairs, "testid")),
        "same field name": _number(_same(pairs, "field")),
        "other field name": _number(_other(pairs, "field")) * _surprise(kept_share(pairs, "field")),
        "same picture": _number(_same(pairs, "src")),
    }


def _links(pairs: Pairs) -> dict[str, Floats]:
    equal = _same(pairs, "href") | _same(pairs, "site link")
    other = _other(pairs, "href") & ~equal
    counts = [_counts(side.codes["href"]) for side in (pairs.before, pairs.after)]
    rarity = 1 / np.sqrt(counts[0][pairs.rows] * counts[1][pairs.cols])
    tail = other & _same(pairs, "tail")
    return {
        "same rare link": _number(equal) * rarity.astype(np.float32),
        "same link": _number(equal),
        "same link end": _number(tail),
        "other link": _number(other & ~tail)
        * _surprise(max(kept_share(pairs, "href"), kept_share(pairs, "site link"))),
    }


def _structure(pairs: Pairs) -> dict[str, Floats]:
    before, after, rows, cols = pairs.before, pairs.after, pairs.rows, pairs.cols
    place = before.place[rows] == after.place[cols]
    size = before.size[rows] == after.size[cols]
    return {
        "same path": _number(_same(pairs, "path")) * kept_share(pairs, "path"),
        "similar path": _similarity(pairs, _trails(before), _trails(after), letter_similarity),
        "similar classes": _similarity(pairs, _class_texts(before), _class_texts(after)),
        "same rare class": _rare_class(pairs),
        "similar inside": _similarity(pairs, before.inner, after.inner),
        "same place in group": _number(place),
        "same group size": _number(size),
        "same place and size": _number(place & size),
        "same landmark": _number(_same(pairs, "landmark")),
        "other landmark": -_number(_other(pairs, "landmark")),
        "similar surroundings": _surroundings(pairs),
    }


def _places(pairs: Pairs) -> dict[str, Floats]:
    before, after, rows, cols = pairs.before, pairs.after, pairs.rows, pairs.cols
    shown = _number(before.visible[rows] & after.visible[cols])
    widths, heights = (
        np.abs(np.log(np.maximum(one[rows], 4) / np.maximum(two[cols], 4))).clip(0, 3)
        for one, two in ((before.width, after.width), (before.height, after.height))
    )
    return {
        "across": -np.abs(before.x[rows] - after.x[cols]) * shown,
        "down": -np.abs(before.y[rows] - after.y[cols]) * shown,
        "width": -widths * shown,
        "height": -heights * shown,
    }


def _same(pairs: Pairs, key: str) -> Bools:
    one, two = pairs.before.codes[key][pairs.rows], pairs.after.codes[key][pairs.cols]
    found: Bools = (one == two) & (one > 0)
    return found


def _other(pairs: Pairs, key: str) -> Bools:
    one, two = pairs.before.codes[key][pairs.rows], pairs.after.codes[key][pairs.cols]
    found: Bools = (one != two) & (one > 0) & (two > 0)
    return found


def _number(values: Bools) -> Floats:
    return values.astype(np.float32)


def _surprise(share: float) -> float:
    """How much a different value speaks against a pair: 0 when the pages share nothing, -3 when they share all."""
    return float(np.log(1 - 0.95 * share))


def _twins(side: Side) -> Floats:
    """How many elements of a side share the name of each, in its family and shown or hidden alike."""
    keys = (side.codes["name"] * 16 + side.family) * 2 + side.visible
    return _counts(keys)


def _counts(codes: Ints) -> Floats:
    _, inverse, counts = np.unique(codes, return_inverse=True, return_counts=True)
    found: Floats = counts[inverse].astype(np.float32)
    return found


def _long(side: Side) -> Bools:
    """Which names are too long to be the same by chance."""
    return np.array([len(name) >= LONG for name in side.names], dtype=bool)


def _name_similarity(pairs: Pairs) -> Floats:
    """The greater of the similarity by letters and by words, found once for each pair of distinct names."""
    return np.maximum(
        _similarity(pairs, pairs.before.names, pairs.after.names, letter_similarity),
        _similarity(pairs, pairs.before.names, pairs.after.names),
    )


def _distinct(texts: list[str]) -> tuple[list[str], Ints]:
    numbers: dict[str, int] = {}
    places = np.array([numbers.setdefault(text, len(numbers)) for text in texts], dtype=np.int64)
    return list(numbers), places


def _trails(side: Side) -> list[str]:
    elements = side.outline.elements
    found: list[str] = []
    for position in side.index.tolist():
        steps: list[str] = []
        while position >= 0:
            steps.append(elements[position].tag)
            position = elements[position].parent
        found.append(" ".join(reversed(steps)))
    return found


def _class_texts(side: Side) -> list[str]:
    return [" ".join(sorted(classes)) for classes in side.classes]


# A class that more pairs of elements than this share names none of them.
RARE_CLASS_PAIRS = 16


def _rare_class(pairs: Pairs) -> Floats:
    """How rare the rarest class is that both have: 1 when each page has it once, 0 without a common one."""
    found = np.zeros(len(pairs), dtype=np.float32)
    where = [_postings(side.classes) for side in (pairs.before, pairs.after)]
    rows: list[int] = []
    cols: list[int] = []
    rarity: list[float] = []
    for token, some in where[0].items():
        others = where[1].get(token, ())
        if 0 < len(some) * len(others) <= RARE_CLASS_PAIRS:
            for row in some:
                rows += [row] * len(others)
                cols += others
                rarity += [(len(some) * len(others)) ** -0.5] * len(others)
    width = max(len(pairs.after), 1)
    wanted = np.array(rows, dtype=np.int64) * width + np.array(cols, dtype=np.int64)
    keys = pairs.rows * width + pairs.cols
    place = np.searchsorted(keys, wanted).clip(0, max(len(keys) - 1, 0))
    there = keys[place] == wanted if len(keys) else np.zeros(len(wanted), dtype=bool)
    np.maximum.at(found, place[there], np.array(rarity, dtype=np.float32)[there])
    return found


def _postings(classes: Sequence[tuple[str, ...]]) -> dict[str, list[int]]:
    """For each class the entries that have it."""
    found: dict[str, list[int]] = {}
    for entry, tokens in enumerate(classes):
        for token in dict.fromkeys(tokens):
            found.setdefault(token, []).append(entry)
    return found


def _similarity(
    pairs: Pairs,
    one: list[str],
    two: list[str],
    measure: Callable[[Sequence[str], Sequence[str]], Floats] = word_similarity,
) -> Floats:
    """Similarity of a text of each pair's elements, found once for each pair of distinct texts."""
    (texts, first), (others, second) = _distinct(one), _distinct(two)
    found: Floats = measure(texts, others)[first[pairs.rows], second[pairs.cols]]
    return found


def _surroundings(pairs: Pairs) -> Floats:
    """Similarity of the words of the neighbours in page order, the element's own left out."""
    texts = [_neighbour_words(side) for side in (pairs.before, pairs.after)]
    table = word_similarity(*texts)
    found: Floats = table[pairs.rows, pairs.cols]
    return found


def _neighbour_words(side: Side) -> list[str]:
    names = side.names
    return [
        " ".join(names[max(0, here - NEIGHBOURS) : here] + names[here + 1 : here + 1 + NEIGHBOURS])
        for here in range(len(names))
    ]
