"""Forms, field by field: where they are left, what takes long or is filled in again, and whether the button is seen.

No value of a field is known here, or kept anywhere: only that it was touched, and when.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from heatreel.core.element import Element, Outline
from heatreel.core.hits import TYPES
from heatreel.core.insight import Insight
from heatreel.replay.insights.asking import Question
from heatreel.replay.insights.exposure import rows_of
from heatreel.replay.insights.material import Bools, Control, Floats, Ints, Material, Place, is_inside
from heatreel.replay.insights.shares import Share, ms, percent, plural, share

STARTERS = 30
"""A form is judged when so many visits touched a field of it."""

DROP = 0.1
"""It is left at a field when surely more of those who began it touched nothing after that."""

REFILLED = 0.2
SLOW = 3.0
"""A field is slow when it takes so many times as long as the median one."""

LABELS = 0.05
OUT_OF_SIGHT = 0.5

_FOCUS = TYPES.index("focus")
_NO_TEXT = ("button", "submit", "reset", "image", "hidden", "checkbox", "radio", "file", "range", "color")


@dataclass(frozen=True)
class Field:
    """A field of a form on a page over all places. `touched_ms`, shape (v,): when each visit touched it first, infinite
    where it did not; `last_ms` last, minus infinite where it did not; `changes` how often it was changed."""

    selector: str
    name: str
    controls: tuple[Control, ...]
    touched_ms: Floats
    last_ms: Floats
    changes: Ints


@dataclass(frozen=True)
class Form:
    """A form of a page: its fields in their order, its button if it has one, and which visits sent it."""

    page: str
    selector: str
    fields: tuple[Field, ...]
    button: Control | None
    sent: Bools

    @property
    def began(self) -> Bools:
        found: Bools = np.isfinite(np.stack([one.touched_ms for one in self.fields]).min(axis=0))
        return found


def find_forms(question: Question) -> Iterator[Insight]:
    """What the forms of each page cost people."""
    for page in question.material.pages:
        for form in forms_of(question.material, page) if question.enough_on("click", page) else ():
            starters = np.flatnonzero(form.began)
            if len(starters) < STARTERS:
                continue
            yield from _drop(question, form, starters)
            yield from _slow(question, form, starters)
            yield from _labels(question, form, starters)
            yield from _button(question, form)


def forms_of(material: Material, page: str) -> list[Form]:
    """The forms of a page that have text fields, by the selector of the element around them."""
    places = [place for place in material.places if place.page == page]
    around: dict[str, dict[str, list[Control]]] = {}
    buttons: dict[str, Control] = {}
    for place in places:
        ordinal = place.ordinals[0]
        outline = material.outlines[ordinal]
        for element in outline.elements:
            form = _form_around(outline, element)
            control = material.control(place, element.selector) if form else None
            if control is None:
                continue
            if is_field(element):
                around.setdefault(form, {}).setdefault(element.selector, []).append(control)
            elif _sends(element) and element.visible:
                buttons.setdefault(form, control)
    return [_form(material, page, form, fields, buttons.get(form)) for form, fields in around.items()]


def is_field(element: Element) -> bool:
    """Whether people fill an element in."""
    if not element.visible:
        return False
    return element.tag in ("textarea", "select") or (element.tag == "input" and element.type not in _NO_TEXT)


def _sends(element: Element) -> bool:
    return (element.tag == "button" and element.type in ("", "submit")) or (
        element.tag == "input" and element.type in ("submit", "image")
    )


def _form_around(outline: Outline, element: Element) -> str:
    above = element.parent
    while above >= 0:
        if outline.elements[above].tag == "form":
            return outline.elements[above].selector
        above = outline.elements[above].parent
    return ""


def _form(
    material: Material, page: str, selector: str, fields: dict[str, list[Control]], button: Control | None
) -> Form:
    kept = material.kept
    of_page = {snapshot.id for snapshot in material.snapshots if snapshot.page == page}
    sent = np.zeros(len(material.visits.place), bool)
    submits = kept.rows("submit")
    known = (kept.visit[submits] >= 0) & (kept.selector[submits] >= 0)
    here = submits[np.isin(kept.snapshot[submits], list(of_page)) & known]
    told = [row for row in here.tolist() if str(kept.selectors[kept.selector[row]]) == selector]
    sent[material.numbers_of(kept.visit[np.array(told, np.int64)])] = True
    if button is not None and not told:
        sent[material.table.visit[rows_of(material, button)]] = True
    found = tuple(_field(material, of_page, name, controls) for name, controls in fields.items())
    return Form(page, selector, found, button, sent)


def _field(material: Material, of_page: set[int], selector: str, controls: list[Control]) -> Field:
    table, kept = material.table, material.kept
    size = len(material.visits.place)
    first, last = np.full(size, np.inf), np.full(size, -np.inf)
    numbers = [control.number for control in controls]
    focus = _focus(material)
    rows = np.concatenate(
        [focus[np.isin(table.control[focus], numbers)], *(rows_of(material, control) for control in controls)]
    )
    np.minimum.at(first, table.visit[rows], table.time_ms[rows])
    np.maximum.at(last, table.visit[rows], table.time_ms[rows])
    known = kept.rows("change")
    which = np.flatnonzero(kept.selectors == selector)
    mine = known[np.isin(kept.selector[known], which) & np.isin(kept.snapshot[known], list(of_page))]
    changes = np.bincount(material.numbers_of(kept.visit[mine]), minlength=size).astype(np.int64)
    return Field(selector, controls[0].name, tuple(controls), first, last, changes)


def _focus(material: Material) -> Ints:
    """The rows of focus events."""
    if "focus" not in material.notes:
        material.notes["focus"] = np.flatnonzero(material.table.type == _FOCUS)
    found: Ints = material.notes["focus"]
    return found


def _drop(question: Question, form: Form, starters: Ints) -> Iterator[Insight]:
    """The field after which most of those who gave up touched nothing."""
    material = question.material
    weight = material.visits.weight
    if not form.sent.any():
        # A filter answers while people type: it is never sent, and nobody leaves it.
        return
    gone = starters[~form.sent[starters]]
    last = np.stack([one.last_ms for one in form.fields])
    at = last[:, gone].argmax(axis=0) if len(gone) else np.zeros(0, np.int64)
    table, sent = _table(form, starters), share(weight[starters], form.sent[starters])
    for number, field in enumerate(form.fields):
        lost = np.zeros(len(weight), bool)
        lost[gone[at == number]] = True
        touched = starters[np.isfinite(field.touched_ms[starters])]
        found = share(weight[touched], lost[touched])
        if len(touched) >= STARTERS and found.interval[0] > DROP:
            yield Insight(
                rule="form_drop",
                severity="warning",
                where=material.where(field.controls[0]),
                count=found.count,
                n=found.n,
                unit="visits",
                rate=found.value,
                interval=found.interval,
                words=f"The form is left at “{field.name}”",
                detail=f"{found.words} visits that came to this field touched nothing after it and did not send the"
                f" form; of all {plural(len(starters), 'visit')} that began it {percent(sent.value)}"
                " sent it.",
                evidence={"fields": table},
                segment=(f"page={form.page}",),
                sessions=material.examples(np.flatnonzero(lost)),
                others=tuple(material.where(one) for one in field.controls[1:]),
                weight=2 * found.count,
            )


def _table(form: Form, starters: Ints) -> list[dict[str, Any]]:
    """Each field in numbers: how many touched it, in which turn, for how long, and how often it was filled in again."""
    times = np.stack([one.touched_ms[starters] for one in form.fields])
    turn = np.argsort(np.argsort(times, axis=0, kind="stable"), axis=0) + 1
    seconds = seconds_on(form, starters)
    found = []
    for at, field in enumerate(form.fields):
        touched = np.isfinite(times[at])
        changed = field.changes[starters] > 0
        found.append({
            "selector": field.selector, "name": field.name, "touched": int(touched.sum()),
            "turn": round(float(turn[at][touched].mean()), 1) if touched.any() else None,
            "seconds": round(float(np.median(seconds[at])), 1) if len(seconds[at]) else None,
            "refilled": round(float((field.changes[starters][changed] > 1).mean()), 3) if changed.any() else None,
        })  # fmt: skip
    return found


def seconds_on(form: Form, starters: Ints) -> list[Floats]:
    """For each field how long visits were on it, in seconds: until they touched another one."""
    times = np.stack([one.touched_ms[starters] for one in form.fields])
    found = []
    for at in range(len(form.fields)):
        later = np.where(times > times[at], times, np.inf).min(axis=0)
        took = np.full(len(starters), np.inf)
        both = np.isfinite(times[at]) & np.isfinite(later)
        took[both] = (later[both] - times[at][both]) / 1000
        found.append(took[np.isfinite(took)])
    return found


def _slow(question: Question, form: Form, starters: Ints) -> Iterator[Insight]:
    """Fields that take long beside the others, or are filled in again."""
    material, weight = question.material, question.material.visits.weight
    lengths = seconds_on(form, starters)
    usual = np.median([float(np.median(one)) for one in lengths if len(one)] or [0.0])
    for field, took in zip(form.fields, lengths, strict=True):
        filled = starters[field.changes[starters] > 0]
        again = np.zeros(len(weight), bool)
        again[filled[field.changes[filled] > 1]] = True
        found = share(weight[filled], again[filled])
        refilled = len(filled) >= STARTERS and found.interval[0] > REFILLED
        slow = len(took) >= STARTERS and len(form.fields) > 2 and _surely_longer(took, SLOW * float(usual))
        if not (refilled or slow):
            continue
        told = f"It takes {ms(1000 * float(np.median(took)))} (median of {len(took)})" if len(took) else ""
        told += f", the median field {ms(1000 * float(usual))}." if told else ""
        yield Insight(
            rule="form_slow",
            severity="info",
            where=material.where(field.controls[0]),
            count=found.count,
            n=found.n,
            unit="visits",
            rate=found.value,
            interval=found.interval,
            words=f"“{field.name}” is filled in again" if refilled else f"“{field.name}” takes long",
            detail=(f"{found.words} visits that filled it in changed it again. " if len(filled) else "") + told,
            evidence={
                "seconds": round(float(np.median(took)), 1) if len(took) else None,
                "usual": round(float(usual), 1),
            },
            segment=(f"page={form.page}",),
            weight=0.5 * found.n,
        )


def _surely_longer(took: Floats, bound: float) -> bool:
    """Whether the median is above a bound for sure: by the sign test's interval of 95 %."""
    low = int(np.floor(len(took) / 2 - 0.98 * np.sqrt(len(took))))
    return bool(np.sort(took)[max(0, low)] > bound) and bound > 0


def _labels(question: Question, form: Form, starters: Ints) -> Iterator[Insight]:
    """Clicks on labels and helps of text fields: people look for what is behind them."""
    material = question.material
    names = {field.name for field in form.fields}
    table = material.table
    for control in material.controls:
        if material.things[control.thing][0] != form.page or control.element.interactive:
            continue
        if control.element.tag not in ("label", "legend", "small", "p", "span") or control.name in names:
            continue
        if not is_inside(control.selector, form.selector):
            continue
        rows = rows_of(material, control)
        did = material.did(rows)
        found: Share = share(material.visits.weight[starters], did[starters])
        if found.interval[0] > LABELS:
            yield Insight(
                rule="form_label",
                severity="info",
                where=material.where(control),
                count=found.count,
                n=found.n,
                unit="visits",
                rate=found.value,
                interval=found.interval,
                words=f"People click on “{control.name}” in the form",
                detail=f"{found.words} visits that began the form clicked this text: it may be unclear, or look as if"
                " there were more behind it.",
                evidence={"clicks": round(float(table.weight[rows].sum()))},
                segment=(f"page={form.page}",),
                weight=found.count,
            )


def _button(question: Question, form: Form) -> Iterator[Insight]:
    """The button of a form that is out of sight when the page opens."""
    material = question.material
    for place in question.places_of(form.page):
        button = material.control(place, form.button.selector) if form.button else None
        if button is None or not question.enough("scroll", place) or place.ordinals[0] not in button.shown:
            continue
        if button.element.position in ("fixed", "sticky"):
            continue
        found = _in_first_window(question, place, button)
        if found.interval[1] < OUT_OF_SIGHT:
            yield Insight(
                rule="form_submit",
                severity="info",
                where=material.where(button),
                count=found.count,
                n=found.n,
                unit="visits",
                rate=found.value,
                interval=found.interval,
                words=f"“{button.name}”, which sends the form, is out of sight at first",
                detail=f"It ends at {button.element.box[1] + button.element.box[3]:,.0f} px; {found.words} visits"
                " have a window that shows it without scrolling.",
                evidence={"y": round(button.element.box[1])},
                segment=(f"page={form.page}", f"viewport={place.viewport}"),
                weight=0.1 * found.n,
            )


def _in_first_window(question: Question, place: Place, button: Control) -> Share:
    material = question.material
    visits = material.visits_at(place)
    heights = material.windows[np.minimum(material.visits.session[visits], len(material.windows) - 1)]
    heights = np.where(heights > 0, heights, place.window)
    return share(material.visits.weight[visits], heights >= button.element.box[1] + button.element.box[3])
