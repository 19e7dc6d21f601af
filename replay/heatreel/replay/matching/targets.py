"""Target to snapshot: which element of an outline a recorded fingerprint hit, or that it is not there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from heatreel.core.element import Element, Outline
from heatreel.core.session import Target

Status = Literal["matched", "ambiguous", "missing", "hidden"]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

# Two candidates closer than this (in logits) cannot be told apart: the same distance as in page matching.
AMBIGUOUS_MARGIN = 0.7

_CATEGORIES = ("tag", "id", "testid", "type", "field", "role", "href", "src", "landmark", "name_hash", "text_hash")


@dataclass(frozen=True, slots=True)
class TargetMatch:
    """Where a target is in an outline. `index` is -1 when `status` is missing.

    `confidence` is a probability, `margin` the distance to the runner-up in logits.
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
        self.codes = {key: _codes([getattr(element, key) for element in elements]) for key in _CATEGORIES}
        self.visible: Bools = np.array([element.visible for element in elements], dtype=bool)
        self.interactive: Bools = np.array([element.interactive for element in elements], dtype=bool)
        self.group_index = np.array([element.group_index for element in elements], dtype=np.int64)
        self.group_size = np.array([element.group_size for element in elements], dtype=np.int64)
        self.classes = _postings(element.classes for element in elements)
        self.near = _postings(element.near_hashes for element in elements)
        self.class_counts = np.array([len(set(element.classes)) for element in elements], dtype=np.float64)
        self.near_counts = np.array([len(set(element.near_hashes)) for element in elements], dtype=np.float64)
        self.sketches = _sketch_table([element.name_sketch for element in elements])

    def equal(self, key: str, value: str) -> Bools:
        """Which elements hold `value` in the column `key`; none for the empty value."""
        codes, numbers = self.codes[key]
        code = numbers.get(value, -1) if value else -1
        found: Bools = codes == code
        return found

    def filled(self, key: str) -> Bools:
        """Which elements hold anything in the column `key`."""
        codes, numbers = self.codes[key]
        found: Bools = codes != numbers.get("", -2)
        return found


def match_target(target: Target, outline: Outline) -> TargetMatch:
    """The element of `outline` that `target` is, hidden ones included; `missing` when none is good enough."""
    return _match(target, TargetIndex(outline))


def match_targets(targets: Sequence[Target], outline: Outline | TargetIndex) -> list[TargetMatch]:
    """`match_target` for many targets on one outline; give a `TargetIndex` to use one again."""
    index = outline if isinstance(outline, TargetIndex) else TargetIndex(outline)
    return [_match(target, index) for target in targets]


def _match(target: Target, index: TargetIndex) -> TargetMatch:
    if not index.outline.elements:
        return TargetMatch(-1, "missing", 1.0, 0.0, "the snapshot has no elements")
    exact = index.outline.by_selector.get(target.selector)
    if exact is not None and _identical(target, exact, index):
        status: Status = "matched" if exact.visible else "hidden"
        return TargetMatch(exact.index, status, 1.0, float("inf"), "same selector, tag and name")
    return _best(target, index, _scores(target, index))


def _identical(target: Target, element: Element, index: TargetIndex) -> bool:
    if (target.tag, target.name_hash, target.type) != (element.tag, element.name_hash, element.type):
        return False
    if target.name_hash and int(index.equal("name_hash", target.name_hash).sum()) == 1:
        return True
    same_link = (target.href, target.src) == (element.href, element.src)
    shared = set(target.near_hashes) & set(element.near_hashes)
    return same_link and (bool(shared) or not target.near_hashes or not element.near_hashes)


def _best(target: Target, index: TargetIndex, scores: Floats) -> TargetMatch:
    order = np.argsort(-scores, kind="stable")
    best = int(order[0])
    top = float(scores[best])
    margin = top - float(scores[order[1]]) if len(order) > 1 else float("inf")
    confidence = float(1 / (1 + np.exp(-top)))
    if top < 0:
        return TargetMatch(-1, "missing", 1 - confidence, margin, "no element is like it")
    if margin < AMBIGUOUS_MARGIN:
        twin = index.outline.path(int(order[1]))
        return TargetMatch(best, "ambiguous", confidence, margin, f"as like {twin}")
    status: Status = "matched" if index.visible[best] else "hidden"
    return TargetMatch(best, status, confidence, margin, _reason(target, index, best))


def _scores(target: Target, index: TargetIndex) -> Floats:
    """Logit for each element of being the target."""
    name = index.equal("name_hash", target.name_hash)
    score = np.full(len(index.visible), -7.0)
    score += 2.5 * index.equal("tag", target.tag)
    score += (6.0 if name.sum() == 1 else 3.0) * name
    score += 2.0 * index.equal("text_hash", target.text_hash)
    score += _similarity(index.sketches, target.name_sketch) * 2.0 * ~name
    if target.name_hash:
        score -= 1.0 * (index.filled("name_hash") & ~name)
    for key, same, other in (
        ("id", 5.0, -0.5), ("testid", 6.0, -1.5), ("field", 3.0, -0.5), ("href", 4.0, -1.4), ("src", 2.0, -0.3),
        ("type", 0.5, -1.3), ("role", 0.5, -0.7), ("landmark", 0.5, -0.8),
    ):  # fmt: skip
        value = getattr(target, key)
        equal = index.equal(key, value)
        score += same * equal
        if value:
            score += other * (index.filled(key) & ~equal)
    score += 0.7 * _jaccard(index.classes, index.class_counts, target.classes)
    score += 2.0 * _jaccard(index.near, index.near_counts, target.near_hashes)
    same_place = index.group_index == target.group_index
    score += 2.0 * (same_place & (index.group_size == target.group_size)) - 0.5 * ~same_place
    score += 0.5 * (index.interactive == target.interactive)
    return score


def _reason(target: Target, index: TargetIndex, best: int) -> str:
    words = {"testid": "test id", "name_hash": "name", "text_hash": "text", "href": "link", "field": "field name"}
    keys = ("testid", "id", "name_hash", "href", "field", "text_hash", "src")
    same = [words.get(key, key) for key in keys if index.equal(key, getattr(target, key))[best]]
    return f"same {', '.join(same[:3])}" if same else "the most similar element"


def _codes(values: list[str]) -> tuple[NDArray[np.int64], dict[str, int]]:
    numbers: dict[str, int] = {}
    codes = np.array([numbers.setdefault(value, len(numbers)) for value in values], dtype=np.int64)
    return codes, numbers


def _postings(rows: Iterable[Sequence[str]]) -> dict[str, NDArray[np.int64]]:
    """For each token the elements that hold it."""
    found: dict[str, list[int]] = {}
    for position, tokens in enumerate(rows):
        for token in set(tokens):
            found.setdefault(token, []).append(position)
    return {token: np.array(positions, dtype=np.int64) for token, positions in found.items()}


def _jaccard(postings: dict[str, NDArray[np.int64]], counts: Floats, tokens: Sequence[str]) -> Floats:
    wanted = set(tokens)
    shared = np.zeros(len(counts))
    for token in wanted:
        if token in postings:
            shared[postings[token]] += 1
    return shared / np.maximum(len(wanted) + counts - shared, 1)


def _sketch_table(sketches: list[str]) -> NDArray[np.uint8]:
    width = max((len(sketch) for sketch in sketches), default=0)
    raw = "".join(sketch.ljust(width) for sketch in sketches).encode("ascii", "replace")
    return np.frombuffer(raw, dtype=np.uint8).reshape(len(sketches), width)


def _similarity(table: NDArray[np.uint8], sketch: str) -> Floats:
    """Share of equal characters of each sketch, 0 where lengths differ or a sketch is empty."""
    length = len(sketch)
    if not length or table.shape[1] < length:
        return np.zeros(len(table))
    wanted = np.frombuffer(sketch.encode("ascii", "replace"), dtype=np.uint8)
    same: Floats = (table[:, :length] == wanted).mean(axis=1)
    return same
