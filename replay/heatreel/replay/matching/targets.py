"""Target to snapshot: which element of an outline a recorded fingerprint hit, or that it is not there."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from heatreel.core.element import Element, Outline
from heatreel.core.session import Target
from heatreel.replay.matching.selecting import Selecting
from heatreel.replay.matching.weights import TARGET

Status = Literal["matched", "ambiguous", "missing", "hidden"]
Floats = NDArray[np.floating[Any]]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

# Two candidates closer than this (in logits) cannot be told apart: the same distance as in page matching.
AMBIGUOUS_MARGIN = 0.7
# Least logit of a match. Above 0, since what follows from a made-up match (a hit on the wrong thing) is worse than
# what follows from a missing one (a line in the ledger).
ACCEPT = 1.0
# How sure an element is that a foreign selector alone names, while its words are others.
SAYS_ELSE = 0.9
# How many runners-up are asked whether they are only a part of the best, or the other way round.
RUNNERS_UP = 6

# Sketches of names that share nothing seem alike by less than this: near three standard errors of 64 bits.
NOISE = 0.34

# What is compared as equal, different or unknown, and how it is called in a reason.
_KEYS = {
    "id": "id",
    "testid": "test id",
    "field": "field name",
    "href": "link",
    "src": "picture",
    "type": "type",
    "role": "role",
    "landmark": "landmark",
    "text_hash": "text",
}
_CODED = ("tag", "name_hash", *_KEYS)


@dataclass(frozen=True, slots=True)
class TargetMatch:
    """Where a target is in an outline. `index` is -1 when `status` is missing.

    `confidence` is the probability that `status` and `index` are right, `margin` the distance to the runner-up in
    logits (infinite for exact identity).
    """

    index: int
    status: Status
    confidence: float
    margin: float
    reason: str


class TargetIndex:
    """An outline as columns, made once for each snapshot, so that a target is one pass over arrays."""

    def __init__(self, outline: Outline) -> None:
        elements = outline.elements
        self.outline = outline
        self.codes = {key: _codes([getattr(element, key) for element in elements]) for key in _CODED}
        self.filled = {key: codes != numbers.get("", -2) for key, (codes, numbers) in self.codes.items()}
        self.visible: Bools = np.array([element.visible for element in elements], dtype=bool)
        self.interactive: Bools = np.array([element.interactive for element in elements], dtype=bool)
        self.group_index: Ints = np.array([element.group_index for element in elements], dtype=np.int64)
        self.group_size: Ints = np.array([element.group_size for element in elements], dtype=np.int64)
        self.classes = _Tokens([element.classes for element in elements])
        self.near = _Tokens([element.near_hashes for element in elements])
        self.sketches, self.sketched = _sketch_table([element.name_sketch for element in elements])
        self.selectors = {element.selector: element.index for element in elements}
        sizes = np.maximum(outline.boxes[:, 2:], 4)
        self.log_width, self.log_height = np.log(sizes).T
        self._paths: dict[str, int] | None = None
        self._selecting: Selecting | None = None
        self.centre = (outline.boxes[:, 0] + outline.boxes[:, 2] / 2) / max(outline.width, 1)

    def at_path(self, target: Target) -> Element | None:
        """The element at the CSS path that a foreign source gives as selector, when nothing known speaks against it."""
        if not target.selector.startswith("body > ") or target.selector in self.outline.by_selector:
            return None
        if self._paths is None:
            self._paths = {self.outline.path(place): place for place in range(len(self.outline.elements))}
        place = self._paths.get(target.selector)
        if place is None:
            return None
        element = self.outline.elements[place]
        agrees = target.tag in ("", element.tag) and target.name_hash in ("", element.name_hash)
        return element if agrees else None

    def selected(self, selector: str) -> list[int]:
        """The elements that a CSS selector of another tool selects here."""
        self._selecting = self._selecting or Selecting(self.outline)
        return self._selecting.select(selector)

    def equal(self, key: str, value: str) -> Bools:
        """Which elements hold `value` in the column `key`; none for the empty value."""
        codes, numbers = self.codes[key]
        found: Bools = codes == (numbers.get(value, -1) if value else -1)
        return found


def match_target(target: Target, outline: Outline) -> TargetMatch:
    """The element of `outline` that `target` is, hidden ones included; `missing` when none is good enough."""
    return _match(target, TargetIndex(outline), TARGET)


def match_targets(
    targets: Sequence[Target], outline: Outline | TargetIndex, weights: Mapping[str, float] = TARGET
) -> list[TargetMatch]:
    """`match_target` for many targets on one outline; give a `TargetIndex` to use one again."""
    index = outline if isinstance(outline, TargetIndex) else TargetIndex(outline)
    return [_match(target, index, weights) for target in targets]


def _match(target: Target, index: TargetIndex, weights: Mapping[str, float]) -> TargetMatch:
    if not index.outline.elements:
        return TargetMatch(-1, "missing", 1.0, 0.0, "the snapshot has no elements")
    if (at := index.at_path(target)) is not None:
        status: Status = "matched" if at.visible else "hidden"
        return TargetMatch(at.index, status, 0.99, float("inf"), "same path and tag")
    exact = index.outline.by_selector.get(target.selector)
    if exact is not None and _identical(target, exact, index):
        status = "matched" if exact.visible else "hidden"
        return TargetMatch(exact.index, status, 1.0, float("inf"), "same selector, tag and name")
    scores = score_target(target, index, weights)
    if _is_foreign(target) and (found := _by_selector(target, index, scores)):
        return found
    return _best(target, index, scores)


def _is_foreign(target: Target) -> bool:
    """Whether another tool told the target: it knows a selector and words at most."""
    return not target.near_hashes and not any(target.box)


def _by_selector(target: Target, index: TargetIndex, scores: Floats) -> TargetMatch | None:
    """What the selector of another tool selects; None when that is nothing.

    Of several the one that says what the target says, then the one that is shown: a tool made its selector to be
    unique on the page as it was.
    """
    found = index.selected(target.selector)
    named = [place for place in found if _says(target, index.outline.elements[place])]
    if not named and (target.name_hash or target.text_hash):
        likely = _best(target, index, scores)
        # What says the same elsewhere has moved; the selector counts others' children.
        if likely.status == "matched" and _says(target, index.outline.elements[likely.index]):
            return likely
    for some in (named, [place for place in named if index.visible[place]]):
        found = some or found
    shown = [place for place in found if index.visible[place]] or found
    if not shown:
        return None
    best = max(shown, key=lambda place: (scores[place], -place))
    rivals = [
        place for place in shown if not (_inside(index.outline, place, best) or _inside(index.outline, best, place))
    ]
    margin = float(min((scores[best] - scores[place] for place in rivals), default=np.inf))
    # What a tool told beside its selector may tell its elements apart; how they are built does not.
    told = target.name_hash or target.text_hash or target.href or target.src
    if rivals and not (told and margin >= AMBIGUOUS_MARGIN):
        # A link that goes elsewhere than all of these is not among them.
        if target.href:
            return None
        return TargetMatch(best, "ambiguous", 0.5, margin, f"its selector selects {len(shown)} elements")
    status: Status = "matched" if index.visible[best] else "hidden"
    sure = bool(named) or not (target.name_hash or target.text_hash)
    why = "selected by its selector" if sure else "selected by its selector, says something else"
    return TargetMatch(best, status, 0.97 if sure else SAYS_ELSE, margin, why)


def _says(target: Target, element: Element) -> bool:
    """Whether an element has the words of a target, as its name or as its text."""
    told = {target.name_hash, target.text_hash} - {""}
    return bool(told & {element.name_hash, element.text_hash})


def _identical(target: Target, element: Element, index: TargetIndex) -> bool:
    """Whether the element at the target's selector is the target beyond doubt.

    A selector that counts siblings leads to another element once the list changes. So a name that several elements
    share, or none, needs the same link and picture, and a neighbour in common.
    """
    if (target.tag, target.type) != (element.tag, element.type):
        return False
    if not _only_selector(target) and not _same_name(target, element):
        return False
    if _only_selector(target):
        return True
    if target.name_hash and int(index.equal("name_hash", target.name_hash).sum()) == 1:
        return True
    if (target.href, target.src) != (element.href, element.src):
        return False
    shared = set(target.near_hashes) & set(element.near_hashes)
    return bool(shared) or not target.near_hashes or not element.near_hashes


def _only_selector(target: Target) -> bool:
    """Whether a foreign source told nothing of a target but where it is: no name, no box."""
    return not target.name_hash and not target.text_hash and not target.near_hashes and not any(target.box)


def _same_name(target: Target, element: Element) -> bool:
    """Equal names, or names that differ in their numbers only: the sketch counts every digit as 0."""
    if target.name_hash == element.name_hash:
        return True
    return bool(target.name_sketch) and target.name_sketch == element.name_sketch


def _best(target: Target, index: TargetIndex, scores: Floats) -> TargetMatch:
    order = np.argsort(-scores, kind="stable")
    best = int(order[0])
    top = float(scores[best])
    rival = _rival(index.outline, best, order)
    margin = top - float(scores[rival]) if rival >= 0 else float("inf")
    confidence = float(1 / (1 + np.exp(-top)))
    if top < ACCEPT:
        return TargetMatch(-1, "missing", 1 - confidence, margin, "no element is like it")
    if margin < AMBIGUOUS_MARGIN:
        return TargetMatch(best, "ambiguous", confidence / 2, margin, f"as like {index.outline.path(rival)}")
    status: Status = "matched" if index.visible[best] else "hidden"
    return TargetMatch(best, status, confidence, margin, _reason(target, index, best))


def _rival(outline: Outline, best: int, order: Ints) -> int:
    """The best of the others that is another place on the page, not a part of the best or around it; -1 if none."""
    for place in islice(order.tolist(), 1, 1 + RUNNERS_UP):
        if not (_inside(outline, place, best) or _inside(outline, best, place)):
            return int(place)
    return int(order[RUNNERS_UP + 1]) if len(order) > RUNNERS_UP + 1 else -1


def _inside(outline: Outline, place: int, other: int) -> bool:
    while place > other:
        place = outline.elements[place].parent
    return place == other


def score_target(target: Target, index: TargetIndex, weights: Mapping[str, float] = TARGET) -> Floats:
    """For each element the logit that it is the target."""
    total = np.zeros(len(index.visible))
    for name, values in target_features(target, index).items():
        if weight := weights.get(name, 0.0):
            total += weight * values
    return total


def target_features(target: Target, index: TargetIndex) -> dict[str, Floats]:
    """What speaks for and against each element, by name; oriented so that no weight is negative, save the bias."""
    name = index.equal("name_hash", target.name_hash)
    twins = max(int((name & index.visible).sum()), 1)
    found: dict[str, Floats] = {
        "bias": np.ones(len(name)),
        "same tag": 1.0 * index.equal("tag", target.tag),
        "same name": 1.0 * name,
        "same rare name": name / np.sqrt(twins),
        "is hidden": -1.0 * ~index.visible,
        "same interactive": 1.0 * (index.interactive == target.interactive),
        "similar classes": index.classes.similarity(target.classes),
        "similar neighbours": index.near.similarity(target.near_hashes),
        "no common neighbour": -1.0 * index.near.none_shared(target.near_hashes),
    }
    found |= _name_features(target, index, name)
    # The same selector with another name is the same slot of another page, which says little.
    slot = _at(index.selectors.get(target.selector, -1), len(name))
    found["same selector"] = slot * (1.0 + found.get("other name", 0.0))
    for key in _KEYS:
        found |= _key_features(key, getattr(target, key), index)
    place = index.group_index == target.group_index
    found["same place in group"] = 1.0 * place
    found["same place and size"] = 1.0 * (place & (index.group_size == target.group_size))
    return found | _box_features(target, index)


def _name_features(target: Target, index: TargetIndex, same: Bools) -> dict[str, Floats]:
    named = index.filled["name_hash"]
    if not target.name_hash:
        return {"both nameless": 1.0 * ~named, "one nameless": -1.0 * named}
    alike = _similarity(index, target.name_sketch)
    return {
        "similar name": np.where(same, 0.0, alike),
        "other name": -1.0 * (named & ~same & (alike == 0)),
        "one nameless": -1.0 * ~named,
    }


def _key_features(key: str, value: str, index: TargetIndex) -> dict[str, Floats]:
    if not value:
        return {}
    same = index.equal(key, value)
    rare = same / np.sqrt(max(int(same.sum()), 1))
    return {f"same {key}": rare, f"other {key}": -1.0 * (index.filled[key] & ~same)}


def _box_features(target: Target, index: TargetIndex) -> dict[str, Floats]:
    x, _, width, height = target.box
    if width <= 0 or height <= 0:
        return {}
    shown = index.visible
    centre = (x + width / 2) / max(index.outline.width, 1)
    return {
        "across": -np.abs(index.centre - centre).clip(0, 1) * shown,
        "width": -np.abs(index.log_width - np.log(max(width, 4))).clip(0, 3) * shown,
        "height": -np.abs(index.log_height - np.log(max(height, 4))).clip(0, 3) * shown,
    }


def _reason(target: Target, index: TargetIndex, best: int) -> str:
    same = ["name"] if index.equal("name_hash", target.name_hash)[best] else []
    same += [word for key, word in _KEYS.items() if index.equal(key, getattr(target, key))[best]]
    return f"same {', '.join(same[:3])}" if same else "the most similar element"


class _Tokens:
    """Sets of tokens of many elements, compared with one set at a time; rare tokens weigh more."""

    def __init__(self, rows: Sequence[Sequence[str]]) -> None:
        self.places = _postings(rows)
        self.rarity = {token: float(np.log((len(rows) + 1) / len(where))) + 0.1 for token, where in self.places.items()}
        self.totals = np.array([sum(self.rarity[token] for token in set(row)) for row in rows], dtype=np.float64)
        self.unseen = float(np.log(len(rows) + 1)) + 0.1

    def similarity(self, tokens: Sequence[str]) -> Floats:
        """Weighted Jaccard similarity of each row with the tokens."""
        shared = np.zeros(len(self.totals))
        wanted = 0.0
        for token in set(tokens):
            weight = self.rarity.get(token, self.unseen)
            wanted += weight
            if token in self.places:
                shared[self.places[token]] += weight
        found: Floats = shared / np.maximum(wanted + self.totals - shared, 1e-6)
        return found

    def none_shared(self, tokens: Sequence[str]) -> Bools:
        """Which rows have tokens, but none of these; none when there are no tokens to look for."""
        found: Bools = (self.totals > 0) & bool(tokens)
        for token in set(tokens) & self.places.keys():
            found[self.places[token]] = False
        return found


def _at(place: int, count: int) -> Floats:
    found = np.zeros(count)
    if place >= 0:
        found[place] = 1.0
    return found


def _codes(values: list[str]) -> tuple[Ints, dict[str, int]]:
    numbers: dict[str, int] = {}
    codes = np.array([numbers.setdefault(value, len(numbers)) for value in values], dtype=np.int64)
    return codes, numbers


def _postings(rows: Iterable[Sequence[str]]) -> dict[str, Ints]:
    """For each token the elements that hold it."""
    found: dict[str, list[int]] = {}
    for position, tokens in enumerate(rows):
        for token in set(tokens):
            found.setdefault(token, []).append(position)
    return {token: np.array(positions, dtype=np.int64) for token, positions in found.items()}


def _sketch_table(sketches: list[str]) -> tuple[NDArray[np.uint8], Bools]:
    """Sketches as rows of bytes, and which elements have one. The page model says how they are made (`hash.ts`)."""
    decoded = [_bytes(sketch) for sketch in sketches]
    width = max((len(row) for row in decoded), default=0)
    table = np.frombuffer(b"".join(row.ljust(width, b"\0") for row in decoded), dtype=np.uint8)
    return table.reshape(len(sketches), width), np.array([len(row) == width > 0 for row in decoded], dtype=bool)


def _bytes(sketch: str) -> bytes:
    try:
        return b64decode(sketch, validate=True)
    except ValueError:
        return b""


def _similarity(index: TargetIndex, sketch: str) -> Floats:
    """Similarity of names, 0 to 1, from the share of bits that differ; 0 for what chance alone would give."""
    wanted = np.frombuffer(_bytes(sketch), dtype=np.uint8)
    if not len(wanted) or index.sketches.shape[1] != len(wanted):
        return np.zeros(len(index.sketches))
    differing = np.unpackbits(index.sketches ^ wanted, axis=1).mean(axis=1)
    alike = (1 - 2 * differing - NOISE) / (1 - NOISE)
    found: Floats = np.where(index.sketched, np.clip(alike, 0.0, 1.0), 0.0)
    return found
