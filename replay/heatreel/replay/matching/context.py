"""What the surroundings say of a pair, once some elements have been found again beyond doubt: the anchors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from heatreel.replay.matching.candidates import Pairs
from heatreel.replay.matching.sides import Bools, Floats, Ints, Side

# An anchor is the best of its row and of its column, by at least this many logits.
ANCHOR_MARGIN = 0.7
# How many anchors around an element are asked, and how far away in page order they may be.
ASKED = 6
REACH = 60


def find_anchors(pairs: Pairs, scores: Floats) -> Ints:
    """For each entry of before its entry of after when the pair is best both ways, above 0 and by a margin; else -1."""
    image = np.full(len(pairs.before), -1, dtype=np.int64)
    best_row, next_row = _best_two(pairs.rows, scores, len(pairs.before))
    best_col, next_col = _best_two(pairs.cols, scores, len(pairs.after))
    runner = np.maximum(
        np.where(scores >= best_row[pairs.rows], next_row[pairs.rows], best_row[pairs.rows]),
        np.where(scores >= best_col[pairs.cols], next_col[pairs.cols], best_col[pairs.cols]),
    )
    sure = (scores > 0) & (scores - runner > ANCHOR_MARGIN)
    image[pairs.rows[sure]] = pairs.cols[sure]
    return image


def _best_two(keys: Ints, scores: Floats, count: int) -> tuple[Floats, Floats]:
    """The highest and the second highest score of each key, -inf where there is none."""
    best, second = (np.full(count, -np.inf, dtype=np.float32) for _ in range(2))
    order = np.lexsort((-scores, keys))
    ranked = keys[order]
    first = np.ones(len(ranked), dtype=bool)
    first[1:] = ranked[1:] != ranked[:-1]
    starts = np.nonzero(first)[0]
    best[ranked[starts]] = scores[order[starts]]
    more = starts[(starts + 1 < len(ranked))]
    more = more[ranked[more + 1] == ranked[more]]
    second[ranked[more]] = scores[order[more + 1]]
    return best, second


def inverse(image: Ints, count: int) -> Ints:
    """The anchors seen from the other page."""
    back = np.full(count, -1, dtype=np.int64)
    known = np.nonzero(image >= 0)[0]
    back[image[known]] = known
    return back


def context_features(pairs: Pairs, image: Ints) -> dict[str, Floats]:
    """Features of each pair from the anchors, the same seen from either page."""
    back = inverse(image, len(pairs.after))
    there = _one_way(pairs.before, pairs.after, pairs.rows, pairs.cols, image)
    home = _one_way(pairs.after, pairs.before, pairs.cols, pairs.rows, back)
    return {name: (there[name] + home[name]) / 2 for name in there}


def _one_way(before: Side, after: Side, rows: Ints, cols: Ints, image: Ints) -> dict[str, Floats]:
    around, weight = _nearest_anchors(image)
    shift, drop = _moves(before, after, around, weight, image)
    return {
        "near": _near(rows, cols, around, weight, image),
        "between": _between(rows, cols, image),
        **_held(before.holder, after.holder, rows, cols, image, "holder"),
        **_held(before.section, after.section, rows, cols, image, "section"),
        **_inside(before, after, rows, cols, image),
        **_group(before, after, rows, cols, image),
        **_gap(before, after, rows, cols, image),
        "across with neighbours": -np.abs(after.x[cols] - before.x[rows] - shift[rows]),
        "down with neighbours": -(np.abs(after.top[cols] - before.top[rows] - drop[rows]) / 400).clip(0, 3),
    }


def _nearest_anchors(image: Ints) -> tuple[Ints, Floats]:
    """For each entry the anchors around it in page order, itself not, and their weights: shapes (n, ASKED)."""
    count = len(image)
    anchors = np.nonzero(image >= 0)[0]
    if not len(anchors):
        return np.zeros((count, ASKED), dtype=np.int64), np.zeros((count, ASKED), dtype=np.float32)
    positions = np.arange(count)
    spot = np.searchsorted(anchors, positions)
    offsets = np.arange(-ASKED, ASKED + 1)
    places = spot[:, None] + offsets
    inside = (places >= 0) & (places < len(anchors))
    found = anchors[places.clip(0, len(anchors) - 1)]
    distance = np.where(inside & (found != positions[:, None]), np.abs(found - positions[:, None]), 10**6)
    order = np.argsort(distance, axis=1, kind="stable")[:, :ASKED]
    distance = np.take_along_axis(distance, order, axis=1)
    weight = np.where(distance <= REACH, np.exp(-distance / 8), 0.0).astype(np.float32)
    return np.take_along_axis(found, order, axis=1), weight


def _near(rows: Ints, cols: Ints, around: Ints, weight: Floats, image: Ints) -> Floats:
    """How well the distances in page order to the anchors around agree on both pages, 0 to 1."""
    total = np.zeros(len(rows), dtype=np.float32)
    goal = (image[around] - around).astype(np.float32)
    offset = (cols - rows).astype(np.float32)
    for asked in range(around.shape[1]):
        total += weight[rows, asked] * np.exp(-np.abs(offset - goal[rows, asked]) / 5)
    found: Floats = total / np.maximum(weight.sum(axis=1), 1e-6)[rows]
    return found


def _between(rows: Ints, cols: Ints, image: Ints) -> Floats:
    """1 when the candidate lies between the images of the anchors before and after, 0.5 when one is unknown."""
    count = len(image)
    previous, following = _neighbours(image >= 0)
    low = np.where(previous >= 0, image[previous], -1)
    high = np.where(following < count, image[following.clip(0, count - 1)], -1)
    open_ended = (low < 0) | (high < 0)
    fits = ((low[rows] < 0) | (cols > low[rows])) & ((high[rows] < 0) | (cols < high[rows]))
    found: Floats = np.where(fits, np.where(open_ended[rows], 0.5, 1.0), 0.0).astype(np.float32)
    return found


def _held(one: Ints, two: Ints, rows: Ints, cols: Ints, image: Ints, word: str) -> dict[str, Floats]:
    """Whether what holds an element (an ancestor, the heading above) is known to be what holds the candidate."""
    holder = one[rows]
    wanted = np.where(holder >= 0, image[holder], -1)
    known = wanted >= 0
    same = known & (two[cols] == wanted)
    return {f"same {word}": same.astype(np.float32), f"other {word}": -(known & ~same).astype(np.float32)}


def _inside(before: Side, after: Side, rows: Ints, cols: Ints, image: Ints) -> dict[str, Floats]:
    """Whether the candidate lies in the container that the anchors of the element's own container lie in."""
    found: dict[str, Floats] = {}
    for least, word in ((1, "container"), (3, "region")):
        low, high = _container(before, after, image, least)
        spot = after.index[cols]
        known = high[rows] > 0
        within = known & (spot >= low[rows]) & (spot < high[rows])
        found[f"same {word}"] = within.astype(np.float32)
        found[f"other {word}"] = -(known & ~within).astype(np.float32)
    return found


def _container(before: Side, after: Side, image: Ints, least: int) -> tuple[Ints, Ints]:
    """For each entry the range of the outline of `after` under the common ancestor of the images of the anchors
    that lie in the smallest ancestor of the entry with `least` other anchors; an empty range when there is none."""
    parents = np.array([element.parent for element in before.outline.elements], dtype=np.int64)
    inside = _anchors_under(before, parents, image)
    starts, ends = _images_under(before, after, parents, image)
    low, high = (np.zeros(len(before), dtype=np.int64) for _ in range(2))
    for entry, place in enumerate(before.index.tolist()):
        own = int(image[entry] >= 0)
        up = parents[place]
        while up >= 0 and inside[up] - own < least:
            up = parents[up]
        if up >= 0:
            low[entry], high[entry] = starts[up], ends[up]
    return low, high


def _anchors_under(side: Side, parents: Ints, image: Ints) -> Ints:
    counts = np.zeros(len(parents), dtype=np.int64)
    counts[side.index[image >= 0]] = 1
    for place in range(len(parents) - 1, 0, -1):
        if parents[place] >= 0:
            counts[parents[place]] += counts[place]
    return counts


def _images_under(before: Side, after: Side, parents: Ints, image: Ints) -> tuple[Ints, Ints]:
    """For each node of `before` the outline range under the common ancestor of the images of the anchors below it."""
    size = len(parents)
    first, last = np.full(size, 10**9, dtype=np.int64), np.full(size, -1, dtype=np.int64)
    known = image >= 0
    first[before.index[known]] = last[before.index[known]] = after.index[image[known]]
    for place in range(size - 1, 0, -1):
        up = parents[place]
        if up >= 0:
            first[up], last[up] = min(first[up], first[place]), max(last[up], last[place])
    ends = subtree_ends(after)
    up_after = [element.parent for element in after.outline.elements]
    starts, stops = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.int64)
    for place in range(size):
        if last[place] >= 0:
            node = int(first[place])
            while ends[node] <= last[place] and up_after[node] >= 0:
                node = up_after[node]
            starts[place], stops[place] = node, ends[node]
    return starts, stops


def subtree_ends(side: Side) -> Ints:
    """For each node of the outline the first position after its descendants."""
    elements = side.outline.elements
    ends = np.arange(1, len(elements) + 1, dtype=np.int64)
    for element in reversed(elements):
        if element.parent >= 0:
            ends[element.parent] = max(ends[element.parent], ends[element.index])
    return ends


def _group(before: Side, after: Side, rows: Ints, cols: Ints, image: Ints) -> dict[str, Floats]:
    """Share of the other anchors of the element's group that went to the candidate's group."""
    known = np.nonzero(image >= 0)[0]
    width = int(after.group.max(initial=0)) + 1
    keys = before.group[known] * width + after.group[image[known]]
    found, counts = np.unique(keys, return_counts=True)
    totals = np.bincount(before.group[known], minlength=int(before.group.max(initial=0)) + 1)
    wanted = before.group[rows] * width + after.group[cols]
    spot = np.searchsorted(found, wanted).clip(0, max(len(found) - 1, 0))
    hits = np.where(found[spot] == wanted, counts[spot], 0) if len(found) else np.zeros(len(rows))
    total = totals[before.group[rows]].astype(np.float32)
    own = image[rows] >= 0
    own_hit = own & (after.group[image[rows]] == after.group[cols])
    hits, total = hits - own_hit, total - own
    share = hits / np.maximum(total, 1)
    return {
        "same group": (share * (total > 0)).astype(np.float32),
        "other group": (-(1 - share) * (total > 0)).astype(np.float32),
    }


def _moves(before: Side, after: Side, around: Ints, weight: Floats, image: Ints) -> tuple[Floats, Floats]:
    """For each entry the mean shift of the nearest anchors across (share of the page) and down (CSS px)."""
    target = image[around].clip(0)
    known = weight * (image[around] >= 0)
    total = np.maximum(known.sum(axis=1), 1e-6)
    if not len(after):
        return np.zeros(len(before), dtype=np.float32), np.zeros(len(before), dtype=np.float32)
    shift = ((after.x[target] - before.x[around]) * known).sum(axis=1) / total
    drop = ((after.top[target] - before.top[around]) * known).sum(axis=1) / total
    return shift.astype(np.float32), drop.astype(np.float32)


@dataclass(frozen=True)
class Gaps:
    """For each entry the anchors right before and after it, by a number both pages share, and its place in between
    among the shown elements of its family that are no anchors."""

    low: Ints
    high: Ints
    place: Ints
    size: Ints


def _gap(before: Side, after: Side, rows: Ints, cols: Ints, image: Ints) -> dict[str, Floats]:
    """Whether both are the same of equally many elements of their kind between the same two anchors."""
    back = inverse(image, len(after))
    one, two = _gaps(before, image), _gaps(after, np.where(back >= 0, np.arange(len(after)), -1))
    ends = (one.low[rows] == two.low[cols]) & (one.high[rows] == two.high[cols])
    even = ends & (one.size[rows] == two.size[cols]) & (one.place[rows] == two.place[cols])
    return {"same gap": ends.astype(np.float32), "same place in gap": even.astype(np.float32)}


def _gaps(side: Side, label: Ints) -> Gaps:
    count = len(side)
    anchor = label >= 0
    previous, following = _neighbours(anchor)
    low = np.where(previous >= 0, label[previous], -1)
    high = np.where(following < count, label[following.clip(0, max(count - 1, 0))], -1)
    place, size = (np.zeros(count, dtype=np.int64) for _ in range(2))
    for family in np.unique(side.family):
        loose = np.concatenate([[0], np.cumsum(~anchor & side.visible & (side.family == family))])
        mine = np.nonzero(side.family == family)[0]
        start = loose[previous[mine] + 1]
        place[mine] = loose[mine] - start
        size[mine] = loose[following[mine]] - start + anchor[mine]
    return Gaps(low, high, place, size)


def _neighbours(anchor: Bools) -> tuple[Ints, Ints]:
    """For each entry the nearest anchor before it (-1 if none) and after it (the number of entries if none)."""
    count = len(anchor)
    known = np.where(anchor, np.arange(count), -1)
    later = np.where(anchor, np.arange(count), count)
    previous, following = np.full(count, -1, dtype=np.int64), np.full(count, count, dtype=np.int64)
    if count > 1:
        previous[1:] = np.maximum.accumulate(known)[:-1]
        following[:-1] = np.minimum.accumulate(later[::-1])[::-1][1:]
    return previous, following
