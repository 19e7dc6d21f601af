"""Page to page: every element of one snapshot found on another, or the word that it is gone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from heatreel.core.element import Outline
from heatreel.replay.matching.changes import Changes, changes
from heatreel.replay.matching.compare import Comparison, compare
from heatreel.replay.matching.identity import same_document
from heatreel.replay.matching.reasons import reasons_against, reasons_for
from heatreel.replay.matching.sides import Floats, Ints, Side, told_by_themselves
from heatreel.replay.matching.structure import Likeness, match_structure
from heatreel.replay.matching.weights import FITTED, Weights

Verdict = Literal["matched", "uncertain", "removed", "hidden"]

# Two candidates closer than this in logits leave a match uncertain.
SURE_MARGIN = 0.7


@dataclass(frozen=True, slots=True)
class Match:
    """The verdict on one element of the old page. `before`, `after` and `guess` are positions in the outlines.

    `after` is -1 when the element is gone, as far as one can tell. `guess` is then what it most likely became: the
    hidden element for `hidden`, the doubtful one for `uncertain`, else -1. `confidence` is the probability that
    `after` is right (that the element is gone, when -1); `margin` the distance to the runner-up in logits.
    """

    before: int
    after: int
    verdict: Verdict
    confidence: float
    margin: float
    reasons: tuple[str, ...]
    guess: int = -1
    changes: Changes | None = None


def match_pages(before: Outline, after: Outline, fold: float | None = None, weights: Weights = FITTED) -> list[Match]:
    """A match for each rendered element of `before`, in its order; `fold` is the height of the viewport in CSS px.

    The same pairs come out when the pages change places, and a page compared with itself is all matched.
    """
    found = _same(before, after, weights) or _compared(before, after, weights)
    _add_structure(before, after, found)
    shown = [found[element.index] for element in before.elements if element.visible]
    return _with_changes(before, after, shown, fold)


def _same(before: Outline, after: Outline, weights: Weights) -> dict[int, Match]:
    """Matches by place, when both are one document; others of the page are compared as usual."""
    image = same_document(before, after)
    if not image:
        return {}
    found = {
        place: _placed(after, Match(place, other, "matched", 1.0, np.inf, ("the same document", "same place")))
        for place, other in image.items()
    }
    rest = {} if len(found) == len(before.elements) else _compared(before, after, weights)
    taken = set(image.values())
    for place, match in rest.items():
        if place not in found:
            found[place] = match if match.after not in taken else replace(match, after=-1, verdict="removed")
    return found


def _placed(after: Outline, match: Match) -> Match:
    """The match, or `hidden` when what it found cannot be seen."""
    if match.after < 0 or after.elements[match.after].visible:
        return match
    return replace(match, after=-1, guess=match.after, verdict="hidden")


def _compared(before: Outline, after: Outline, weights: Weights) -> dict[int, Match]:
    """Matches of the elements with an identity of their own, by their positions in the outline."""
    comparison = compare(before, after, weights)
    found: dict[int, Match] = {}
    for match in [*_accepted(comparison, weights), *_missing(comparison, weights)]:
        found.setdefault(match.before, _placed(after, match))
    return found


def _accepted(comparison: Comparison, weights: Weights) -> Iterator[Match]:
    """Pairs above the threshold, then what of the rest is at least possible."""
    pairs = comparison.pairs
    sure = comparison.chosen(weights.accept)
    rows, cols = set(pairs.rows[sure].tolist()), set(pairs.cols[sure].tolist())
    free = np.array(
        [
            place
            for place in np.nonzero(comparison.scores > weights.uncertain)[0].tolist()
            if int(pairs.rows[place]) not in rows and int(pairs.cols[place]) not in cols
        ],
        dtype=np.int64,
    )
    doubtful = comparison.chosen(weights.uncertain, free)
    margins = _margins(comparison, np.concatenate([sure, doubtful]))
    for place, margin in zip(sure.tolist(), margins[: len(sure)].tolist(), strict=True):
        yield _match(comparison, place, margin, weights, accepted=True)
    for place, margin in zip(doubtful.tolist(), margins[len(sure) :].tolist(), strict=True):
        yield _match(comparison, place, margin, weights, accepted=False)


def _match(comparison: Comparison, place: int, margin: float, weights: Weights, *, accepted: bool) -> Match:
    pairs, score = comparison.pairs, float(comparison.scores[place])
    before = int(pairs.before.index[pairs.rows[place]])
    after = int(pairs.after.index[pairs.cols[place]])
    likely = probability(score, margin, weights)
    if not accepted:
        against = reasons_against(comparison.features, place)
        return Match(before, -1, "uncertain", 1 - likely, margin, against, guess=after)
    verdict: Verdict = "matched" if score >= 0 and margin >= SURE_MARGIN else "uncertain"
    return Match(before, after, verdict, likely, margin, reasons_for(comparison.features, place))


def _missing(comparison: Comparison, weights: Weights) -> Iterator[Match]:
    """A `removed` for every entry of before, with what speaks against the best candidate."""
    pairs, scores = comparison.pairs, comparison.scores
    starts = np.searchsorted(pairs.rows, np.arange(len(pairs.before) + 1))
    for entry, place in enumerate(pairs.before.index.tolist()):
        low, high = int(starts[entry]), int(starts[entry + 1])
        if low == high:
            yield Match(
                place, -1, "removed", 1 - probability(-10.0, 0.0, weights), 10.0, ("nothing of its kind is there",)
            )
            continue
        best = low + int(np.argmax(scores[low:high]))
        score = float(scores[best])
        reasons = reasons_against(comparison.features, best) if score < 0 else ("what is most like it is another's",)
        likely = probability(min(score, weights.uncertain), 0.0, weights)
        yield Match(place, -1, "removed", 1 - likely, abs(score), reasons)


def _margins(comparison: Comparison, chosen: Ints) -> Floats:
    """Distance of each chosen pair to the best rival in its row or column that nobody else was given."""
    pairs, scores = comparison.pairs, comparison.scores
    mine = np.full(len(scores), False)
    mine[chosen] = True
    settled = np.zeros(len(pairs.before), dtype=bool), np.zeros(len(pairs.after), dtype=bool)
    settled[0][pairs.rows[chosen]] = True
    settled[1][pairs.cols[chosen]] = True
    rivals = np.where(mine | (settled[0][pairs.rows] & settled[1][pairs.cols]), -np.inf, scores)
    best = [_greatest(keys, rivals, len(side)) for keys, side in _sides(comparison)]
    found: Floats = scores[chosen] - np.maximum(best[0][pairs.rows[chosen]], best[1][pairs.cols[chosen]])
    return found


def _sides(comparison: Comparison) -> tuple[tuple[Ints, Side], tuple[Ints, Side]]:
    pairs = comparison.pairs
    return (pairs.rows, pairs.before), (pairs.cols, pairs.after)


def _greatest(keys: Ints, values: Floats, count: int) -> Floats:
    found = np.full(count, -np.inf)
    np.maximum.at(found, keys, values)
    return found


def probability(score: float, margin: float, weights: Weights = FITTED) -> float:
    """The probability that an assigned pair is right, from its score and its margin over the runner-up."""
    offset, by_score, by_margin = weights.calibration
    logit = offset + by_score * min(score, 8.0) + by_margin * min(max(margin, 0.0), 4.0)
    return float(1 / (1 + np.exp(-logit)))


def _add_structure(before: Outline, after: Outline, found: dict[int, Match]) -> None:
    """Puts in the wrappers, and other boxes not found so far: by what they hold and by what holds them, else gone."""
    image = {match.before: _there(match) for match in found.values() if _there(match) >= 0}
    told, told_after = told_by_themselves(before), told_by_themselves(after)
    wrappers = match_structure(before, after, image, told, told_after | set(image.values()))
    for element in before.elements:
        place = element.index
        if place in wrappers or place not in found:
            found[place] = _wrapper(place, wrappers.get(place), after)


def _there(match: Match) -> int:
    return match.guess if match.verdict == "hidden" else match.after


def _wrapper(place: int, likeness: Likeness | None, after: Outline) -> Match:
    if likeness is None:
        return Match(place, -1, "removed", 0.6, 0.0, ("nothing of what it holds is held by one element there",))
    share = likeness.share
    verdict: Verdict = "matched" if share >= 0.7 else "uncertain"
    match = Match(place, likeness.after, verdict, share, share, (likeness.reason,))
    return _placed(after, match)


def _with_changes(before: Outline, after: Outline, matches: list[Match], fold: float | None) -> list[Match]:
    there = sorted(match.after for match in matches if match.after >= 0)
    ranks = {place: rank for rank, place in enumerate(there)}
    done: list[Match] = []
    rank = 0
    for match in matches:
        if match.after < 0:
            done.append(match)
            continue
        one, two = before.elements[match.before], after.elements[match.after]
        what = changes(before, after, one, two, ranks[match.after] - rank, fold)
        done.append(replace(match, changes=what))
        rank += 1
    return done
