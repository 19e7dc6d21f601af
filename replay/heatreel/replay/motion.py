"""Signals of doubt: links that were left again at once, long waits before a click, and a pointer that thrashes."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from heatreel.core.hits import TYPES
from heatreel.replay.columns import POINTER_CODES, EventColumns
from heatreel.replay.profiles import HesitationRule, QuickBackRule, ThrashingRule

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

Found = tuple[tuple[int, ...], dict[str, Any]]
"""Rows that a rule flagged together, and the values that made it fire."""

_MOVE = TYPES.index("move")


def quick_backs(columns: EventColumns, order: Ints, visit: Ints, page: Ints, rule: QuickBackRule) -> list[Found]:
    """Clicks that led from a page to another, which was left for the first again within the rule's time.

    `order` are the rows of a session's documents; visits of a session are put in the order in which they began.
    """
    if not len(order):
        return []
    first = order[np.unique(visit[order], return_index=True)[1]]
    stays = first[np.lexsort((columns.time_ms[first], columns.session[first]))]
    last_click = _last_clicks(columns, order, visit)
    found: list[Found] = []
    for here, there, back in zip(stays[:-2].tolist(), stays[1:-1].tolist(), stays[2:].tolist(), strict=True):
        one_session = columns.session[here] == columns.session[there] == columns.session[back]
        if not one_session or page[here] != page[back] or page[here] == page[there]:
            continue
        stayed_ms = float(columns.time_ms[back] - columns.time_ms[there])
        click = last_click.get(int(visit[here]))
        if click is None or not 0 <= stayed_ms <= rule.stay_ms:
            continue
        left_ms = float(columns.time_ms[there] - columns.time_ms[click])
        if 0 <= left_ms <= rule.lead_ms:
            found.append(((click,), {"stayed_ms": round(stayed_ms), "url": columns.events[there].url}))
    return found


def _last_clicks(columns: EventColumns, order: Ints, visit: Ints) -> dict[int, int]:
    """The last click of each visit."""
    clicks = order[np.isin(columns.type[order], POINTER_CODES)]
    clicks = clicks[np.argsort(columns.time_ms[clicks], kind="stable")]
    return dict(zip(visit[clicks].tolist(), clicks.tolist(), strict=True))


def hesitations(columns: EventColumns, order: Ints, rule: HesitationRule) -> list[Found]:
    """Clicks before which the pointer rested on the target for long, as the recorder tells it."""
    found: list[Found] = []
    for row in order[np.isin(columns.type[order], POINTER_CODES)].tolist():
        waited = columns.events[row].data.get("hover_ms")
        if isinstance(waited, int | float) and rule.least_ms <= waited <= rule.most_ms:
            found.append(((row,), {"hover_ms": round(float(waited))}))
    return found


def thrashings(columns: EventColumns, order: Ints, rule: ThrashingRule) -> list[Found]:
    """Runs of moves that turn back more often, and faster, than reading or aiming does."""
    moves = order[(columns.type[order] == _MOVE) & np.isfinite(columns.x[order]) & np.isfinite(columns.y[order])]
    if len(moves) < rule.turns + 2:
        return []
    step = np.diff(np.stack([columns.x[moves], columns.y[moves]], axis=1), axis=0)
    lasted = np.diff(columns.time_ms[moves])
    same = (columns.document[moves[1:]] == columns.document[moves[:-1]]) & (lasted >= 0) & (lasted <= rule.span_ms)
    turned = _turns(step, same, rule.leg_px)
    times, places = columns.time_ms[moves[1:]], np.flatnonzero(turned)
    found: list[Found] = []
    begin = 0
    while begin + rule.turns <= len(places):
        end = begin + rule.turns - 1
        low, high = int(places[begin]), int(places[end])
        if not same[low : high + 1].all() or times[high] - times[low] > rule.span_ms:
            begin += 1
            continue
        while end + 1 < len(places) and same[places[end] : places[end + 1] + 1].all():
            if times[places[end + 1]] - times[places[end + 1 - rule.turns + 1]] > rule.span_ms:
                break
            end += 1
        high = int(places[end])
        rows = tuple(moves[low : high + 2].tolist())
        found.append((rows, {"turns": end - begin + 1, "span_ms": round(float(times[high] - times[low]))}))
        begin = end + 1
    return found


def _turns(step: Floats, same: Bools, leg_px: float) -> Bools:
    """Which steps begin a leg that goes back by more than a right angle, both legs long enough to be meant.

    A leg is all steps on one way: a recorder that looks ten times a second sees two or three steps of each. `same`
    is false for what is no step: from one document, or one time, to another.
    """
    with np.errstate(invalid="ignore", over="ignore"):
        breaks = (step[1:] * step[:-1]).sum(axis=1) < 0
        breaks |= ~same[1:] | ~same[:-1]
        starts = np.concatenate([[0], np.flatnonzero(breaks) + 1])
        legs = np.add.reduceat(step, starts, axis=0)
        length = np.hypot(*legs.T)
        back = (legs[1:] * legs[:-1]).sum(axis=1) < 0
    meant = (length >= leg_px) & same[starts]
    turned = np.zeros(len(step), dtype=bool)
    turned[starts[1:][back & meant[1:] & meant[:-1]]] = True
    return turned
