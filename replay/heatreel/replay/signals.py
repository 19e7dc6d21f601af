"""Signals: which clicks were dead, rage, followed by an error, in doubt, first or last of their visit.

Signals are derived from what was recorded (what followed each click), by the rules of a profile. They are not stored
as truth: another profile is another replay.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite, nan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from heatreel.core.hits import SIGNALS
from heatreel.core.session import Event, Target
from heatreel.replay.columns import POINTER_CODES, EventColumns
from heatreel.replay.motion import Found, hesitations, quick_backs, thrashings
from heatreel.replay.near_miss import NearMisses
from heatreel.replay.profiles import DeadRule, ErrorRule, Profile, RageRule
from heatreel.replay.rows import Placer, Rows

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

RESPONSES = ("mutation", "navigation", "scroll", "window", "download", "chooser", "input", "media", "clipboard")
"""Effects by which a page answers. Focus and selection follow a click on nearly anything."""

_BUTTON_TYPES = ("button", "submit", "reset", "image")
_PICTURES = ("img", "picture", "svg", "video", "canvas")
_UNTYPED = (*_BUTTON_TYPES, "checkbox", "radio", "file", "range", "color")


@dataclass(frozen=True)
class Clicks:
    """The clicks and taps of some sessions, those of a document together and in order; columns of shape (n,).

    `row` is the place in the event columns, `data` what the recorder said of each. `area` and `viewport_area` are
    CSS px²; `delay_ms` is how long what followed took, and `own` false where it came after the next click.
    """

    row: Ints
    session: Ints
    document: Ints
    visit: Ints
    time_ms: Floats
    x: Floats
    y: Floats
    target: Ints
    area: Floats
    viewport_area: Floats
    delay_ms: Floats
    own: Bools
    data: Sequence[Mapping[str, Any]]

    def __len__(self) -> int:
        return len(self.row)


@dataclass(frozen=True, slots=True)
class Cluster:
    """Clicks that a rule flagged together: rows of the event columns, and the values that made it fire."""

    signal: str
    rows: tuple[int, ...]
    values: Mapping[str, Any]


@dataclass(frozen=True)
class Signals:
    """`bits` holds the signals of each row of the event columns, as `Hits.signals` does."""

    bits: NDArray[np.uint16]
    clusters: list[Cluster]


def find_signals(columns: EventColumns, rows: Rows, placer: Placer, areas: Floats, profile: Profile) -> Signals:
    """The signals of all rows; `areas` are the windows of the rows in CSS px²."""
    targets = placer.numbers.targets
    clicks = gather_clicks(columns, rows.order, rows.visit[rows.order], areas)
    dead = find_dead(clicks, targets, profile.dead)
    rage, rows_of_rage = find_rage(clicks, targets, profile.rage, dead)
    error, errors = find_errors(clicks, columns, profile.error)
    first, last = find_ends(clicks)
    bits = np.zeros(len(columns), dtype=np.uint16)
    for name, flagged in (("dead", dead), ("rage", rage), ("error", error), ("first", first), ("last", last)):
        bits[clicks.row[flagged]] |= _bit(name)
    clusters = [*_dead_clusters(clicks, dead), *rows_of_rage, *errors]
    for cluster in _doubts(columns, rows, placer, profile):
        bits[list(cluster.rows)] |= _bit(cluster.signal)
        clusters.append(cluster)
    return Signals(bits, clusters)


def _bit(name: str) -> np.uint16:
    return np.uint16(1 << SIGNALS.index(name))


def _doubts(columns: EventColumns, rows: Rows, placer: Placer, profile: Profile) -> Iterator[Cluster]:
    """What shows that people were in doubt, or missed what they aimed at."""
    found: dict[str, Iterable[Found]] = {}
    if profile.quick_back:
        found["quick_back"] = quick_backs(columns, rows.order, rows.visit, rows.page, profile.quick_back)
    if profile.hesitation:
        found["hesitation"] = hesitations(columns, rows.order, profile.hesitation)
    if profile.thrashing:
        found["thrashing"] = thrashings(columns, rows.order, profile.thrashing)
    if profile.near_miss:
        missed, values = NearMisses(placer).find(columns, rows, profile.near_miss)
        found["near_miss"] = (((row,), value) for row, value in zip(missed.tolist(), values, strict=True))
    for name, some in found.items():
        yield from (Cluster(name, members, told) for members, told in some)


def gather_clicks(columns: EventColumns, order: Ints, visit: Ints, areas: Floats) -> Clicks:
    row = order[np.isin(columns.type[order], POINTER_CODES)]
    box = columns.box[row]
    # Where the source has no page point, the share of the target's box is as good to compare clicks by.
    with np.errstate(invalid="ignore", over="ignore"):
        x = np.where(np.isfinite(columns.x[row]), columns.x[row], box[:, 0] + columns.u[row] * box[:, 2])
        y = np.where(np.isfinite(columns.y[row]), columns.y[row], box[:, 1] + columns.v[row] * box[:, 3])
        area = box[:, 2] * box[:, 3]
    data = [columns.events[position].data for position in row.tolist()]
    delay_ms = np.fromiter(map(_delay_ms, data), np.float64, len(data))
    return Clicks(
        row=row,
        session=columns.session[row],
        document=columns.document[row],
        visit=visit[row],
        time_ms=columns.time_ms[row],
        x=x,
        y=y,
        target=columns.target[row],
        area=np.nan_to_num(area),
        viewport_area=areas[row],
        delay_ms=delay_ms,
        own=_own_effects(delay_ms, columns.document[row], columns.time_ms[row]),
        data=data,
    )


# Dead


def find_dead(clicks: Clicks, targets: Sequence[Target], rule: DeadRule) -> Bools:
    """Clicks after which nothing came that counts, shape (n,). A click nobody watched is not called dead."""
    able = _by_target(clicks, targets, lambda target: _can_be_dead(target, rule))
    heard_ms = np.fromiter((_heard_ms(data, rule) for data in clicks.data), np.float64, len(clicks))
    # What came too late, or after the next click, is no answer to this one.
    quiet = (clicks.delay_ms > heard_ms) | (~clicks.own & rule.own_only & ~np.isnan(heard_ms))
    thing = _by_target(clicks, targets, lambda target: target.interactive or target.tag in _PICTURES)
    background = ~thing & (clicks.area > rule.background_share * np.maximum(clicks.viewport_area, 1.0))
    found: Bools = able & quiet & ~background & ~_again(clicks, rule.repeat_ms)
    return found


def _heard_ms(data: Mapping[str, Any], rule: DeadRule) -> float:
    """Until when what followed a click counts as its answer, ms; -1 when nothing of what counts followed.

    NaN for a click that nobody watched, or of which nothing can be said.
    """
    effects = data.get("effects")
    if effects is None or not data.get("trusted", True):
        return nan
    # A page that changes by itself hides what a click changed; a menu may open as the button goes down.
    if data.get("noisy") or data.get("down"):
        return nan
    if (rule.skip_modified and data.get("modified")) or (rule.skip_repeated and data.get("repeated")):
        return nan
    return max((rule.alive_ms.get(effect, -1.0) for effect in effects), default=-1.0)


def _delay_ms(data: Mapping[str, Any]) -> float:
    delay = data.get("effect_ms")
    return float(delay) if isinstance(delay, int | float) else 0.0


def _own_effects(delay_ms: Floats, document: Ints, time_ms: Floats) -> Bools:
    """Which clicks had their effect before the next click in the document, whose it would be else."""
    left = np.full(len(delay_ms), np.inf)
    with np.errstate(invalid="ignore"):
        left[:-1] = np.where(document[1:] == document[:-1], time_ms[1:] - time_ms[:-1], np.inf)
        found: Bools = ~(delay_ms > left)
    return found


def _can_be_dead(target: Target, rule: DeadRule) -> bool:
    if rule.only_tags and not _is_one_of(target, rule.only_tags):
        return False
    if _is_one_of(target, rule.skip_tags) or (rule.skip_links and target.href):
        return False
    return bool(target.name_hash or target.text_hash) or not rule.needs_name


def _is_one_of(target: Target, kinds: tuple[str, ...]) -> bool:
    if target.tag in kinds or f"role={target.role}" in kinds:
        return True
    if target.tag != "input":
        return False
    return ("input:button" in kinds and target.type in _BUTTON_TYPES) or (
        "input:text" in kinds and target.type not in _UNTYPED
    )


def _again(clicks: Clicks, repeat_ms: float) -> Bools:
    """Clicks on the same target as one judged less than `repeat_ms` before."""
    again = np.zeros(len(clicks), dtype=bool)
    if not repeat_ms:
        return again
    judged: dict[tuple[int, int], float] = {}
    rows = zip(clicks.document.tolist(), clicks.target.tolist(), clicks.time_ms.tolist(), strict=True)
    for position, (document, target, time_ms) in enumerate(rows):
        before = judged.get((document, target))
        again[position] = before is not None and time_ms - before < repeat_ms
        if not again[position]:
            judged[document, target] = time_ms
    return again


def _dead_clusters(clicks: Clicks, dead: Bools) -> Iterator[Cluster]:
    for position in np.flatnonzero(dead).tolist():
        data = clicks.data[position]
        late = {"effects": list(data["effects"]), "effect_ms": data.get("effect_ms")} if data["effects"] else {}
        yield Cluster("dead", (int(clicks.row[position]),), late)


# Rage


def find_rage(clicks: Clicks, targets: Sequence[Target], rule: RageRule, dead: Bools) -> tuple[Bools, list[Cluster]]:
    """Clicks of rage, shape (n,), and the rows of clicks that they are."""
    without = not rule.only_tags and not rule.same_target
    able = _by_target(clicks, targets, lambda target: _can_rage(target, rule), without)
    able &= np.fromiter((bool(data.get("trusted", True)) for data in clicks.data), bool, len(clicks))
    candidates = np.flatnonzero(able)
    flagged = np.zeros(len(clicks), dtype=bool)
    found: list[Cluster] = []
    controls = _by_target(clicks, targets, lambda target: target.interactive)
    for row in _rows_in_a_row(clicks, candidates, controls, rule):
        fired = [full for full in range(rule.clicks - 1, len(row)) if _is_full(clicks, row, full, rule)]
        if not fired:
            continue
        together = row[fired[0] - rule.clicks + 1 : fired[-1] + 1]
        if (rule.dead_only and not dead[together].any()) or _is_answered(clicks, together, rule):
            continue
        flagged[together if rule.marks == "all" else row[fired[:1]]] = True
        rows = tuple(clicks.row[together].tolist())
        found.append(Cluster("rage", rows, _rage_values(clicks, together)))
    return flagged, found


def _can_rage(target: Target, rule: RageRule) -> bool:
    return not _is_one_of(target, rule.skip_tags) and (not rule.only_tags or _is_one_of(target, rule.only_tags))


def _rows_in_a_row(clicks: Clicks, candidates: Ints, controls: Bools, rule: RageRule) -> Iterator[Ints]:
    """Rows of at least `rule.clicks` clicks, each near enough to the one before."""
    if len(candidates) < rule.clicks:
        return
    before, after = candidates[:-1], candidates[1:]
    near = clicks.document[before] == clicks.document[after]
    with np.errstate(invalid="ignore", over="ignore"):
        near &= clicks.time_ms[after] - clicks.time_ms[before] <= min(rule.gap_ms, rule.span_ms)
        if isfinite(rule.gap_px):
            across = np.abs(clicks.x[after] - clicks.x[before])
            down = np.abs(clicks.y[after] - clicks.y[before])
            distance = across + down if rule.metric == "manhattan" else np.hypot(across, down)
            on_one = controls[before] & (clicks.target[before] == clicks.target[after]) & rule.control_is_near
            near &= (distance <= rule.gap_px) | on_one
    if rule.same_target:
        near &= clicks.target[before] == clicks.target[after]
    ends = np.concatenate([[0], np.flatnonzero(~near) + 1, [len(candidates)]])
    for at in np.flatnonzero(np.diff(ends) >= rule.clicks).tolist():
        yield candidates[ends[at] : ends[at + 1]]


def _is_full(clicks: Clicks, row: Ints, full: int, rule: RageRule) -> bool:
    together = row[full - rule.clicks + 1 : full + 1]
    if clicks.time_ms[together[-1]] - clicks.time_ms[together[0]] > rule.span_ms:
        return False
    if not isfinite(rule.spread_px):
        return True
    return bool(max(np.ptp(clicks.x[together]), np.ptp(clicks.y[together])) <= rule.spread_px)


def _is_answered(clicks: Clicks, together: Ints, rule: RageRule) -> bool:
    """Whether the page did what was asked: then many clicks are use, not rage."""
    effects = [_effects_of(clicks, at) for at in together.tolist()]
    if any(name in rule.cancelled_by for some in effects for name in some):
        return True
    answered = sum(any(name in RESPONSES for name in some) for some in effects)
    return answered > rule.responsive_share * len(effects)


def _effects_of(clicks: Clicks, at: int) -> tuple[str, ...]:
    data = clicks.data[at]
    down = data.get("down")
    own = tuple(data.get("effects") or ()) if clicks.own[at] else ()
    return (*own, *down) if isinstance(down, list | tuple) else own


def _rage_values(clicks: Clicks, together: Ints) -> dict[str, Any]:
    times, x, y = clicks.time_ms[together], clicks.x[together], clicks.y[together]
    spread = float(max(np.ptp(x), np.ptp(y)))
    values: dict[str, Any] = {"clicks": len(together), "span_ms": round(float(times[-1] - times[0]))}
    return values | ({"spread_px": round(spread, 1)} if isfinite(spread) else {})


# Errors


def find_errors(clicks: Clicks, columns: EventColumns, rule: ErrorRule) -> tuple[Bools, list[Cluster]]:
    """Clicks that an error or a failed request followed, shape (n,), with its signature.

    An error that came after a failed request of the same click has that as its cause: the chain is told.
    """
    flagged = np.zeros(len(clicks), dtype=bool)
    found: list[Cluster] = []
    errors = [(session, event) for session, event in columns.context if event.type in ("error", "request")]
    if not errors or not len(clicks):
        return flagged, found
    of_document: dict[tuple[int, str], list[int]] = {}
    for position, row in enumerate(clicks.row.tolist()):
        of_document.setdefault((int(columns.session[row]), columns.events[row].document), []).append(position)
    failed: dict[int, str] = {}
    for session, event in sorted(errors, key=lambda one: one[1].time_ms):
        cause = _cause(clicks, of_document.get((session, event.document), []), event, rule)
        if cause is None:
            continue
        flagged[cause] = True
        values = _error_values(clicks, cause, event)
        if event.type == "request":
            failed.setdefault(cause, str(event.data.get("message", "")))
        elif cause in failed:
            values["request"] = failed[cause]
        found.append(Cluster("error", (int(clicks.row[cause]),), values))
    return flagged, found


def _cause(clicks: Clicks, positions: Sequence[int], event: Event, rule: ErrorRule) -> int | None:
    times = clicks.time_ms[np.array(positions, dtype=np.int64)]
    before = int(np.searchsorted(times, event.time_ms, side="right")) - 1
    if before < 0 or not event.time_ms - times[before] <= rule.window_ms:
        return None
    return positions[before]


def _error_values(clicks: Clicks, position: int, event: Event) -> dict[str, Any]:
    after_ms = event.time_ms - float(clicks.time_ms[position])
    values: dict[str, Any] = {key: event.data[key] for key in ("signature", "message", "status") if event.data.get(key)}
    kind = {"request": {"cause": "failed request"}, "error": {}}[event.type]
    return values | kind | {"after_ms": round(after_ms)}


# First and last


def find_ends(clicks: Clicks) -> tuple[Bools, Bools]:
    """The first and the last click of each visit, each of shape (n,)."""
    first, last = np.zeros(len(clicks), dtype=bool), np.zeros(len(clicks), dtype=bool)
    if len(clicks):
        other = clicks.visit[1:] != clicks.visit[:-1]
        first[0] = last[-1] = True
        first[1:] = other
        last[:-1] = other
    return first, last


def _by_target(
    clicks: Clicks, targets: Sequence[Target], ask: Callable[[Target], bool], without: bool = False
) -> Bools:
    """The answer to a question for each click's target; `without` for clicks that have none."""
    used = np.unique(clicks.target)
    answers = np.full(len(targets) + 1, without)
    for number in used[used >= 0].tolist():
        answers[number] = ask(targets[number])
    return answers[clicks.target]
