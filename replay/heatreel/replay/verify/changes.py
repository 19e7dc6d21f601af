"""What is different for a person about one element of BASE, in one state: the changes that become findings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from heatreel.core.element import Element
from heatreel.core.finding import Place
from heatreel.replay.matching.words import words
from heatreel.replay.verify.contrast import fainter, worst
from heatreel.replay.verify.elsewhere import Elsewhere
from heatreel.replay.verify.links import leads_to, same_destination
from heatreel.replay.verify.order import Move
from heatreel.replay.verify.stacking import ALWAYS, AT_FIRST, FREE, Cover, Stack, grid
from heatreel.replay.verify.states import StatePair, ViewPair
from heatreel.replay.verify.subjects import Subjects, called, plain_name, told_to_act
from heatreel.replay.verify.targets import in_sentence, is_small, speaks_for
from heatreel.replay.verify.views import ancestors

Floats = NDArray[np.float64]

# Share of the area left below which an element shrank, if a side is left that is neither comfortable nor as it was;
# and below which it did in any case where its smaller side is less.
SHRANK_AREA = 0.7
SHRANK_SIDE = 0.8
COMFORTABLE_PX = 44.0
SHRANK_ANYWAY = 0.3
# A line of text that is lower than this is hard to read; a higher one may be one of several lines.
READABLE_PX = 12.0
# An element is shown at first when the window shows this share of its height; no longer, when less than the other.
SHOWN, NOT_SHOWN = 0.5, 0.25
# A slip over the fold by less than this share of the window's height is the reflow of a text, no move.
SLIP = 0.1
# Share of the points of an element that are covered, from which on it is; and by how much it must have grown where
# some were covered before.
COVERED = 0.4
CLEARLY = 0.6
# What lies over the page is as large as it was from this share of its height on.
SAME_HEIGHT = 0.8
# What is this share of an element's area is a part that people click.
PART = 0.25
# Long names hold prices and counts; those that share this much of their words are one.
LONG_NAME, SAME_WORDS = 5, 0.6

_PICTURES = frozenset({"img", "svg", "picture", "canvas", "video"})

LOST = ("state_lost", "gone", "hidden", "not_interactive", "disabled", "covered", "destination")
"""Changes after which a click does not do what it did, the worst first."""

IN_REACH = frozenset({"disabled", "destination"})
"""Those of which the element is still where one can see and hit it, so that more may have changed of it."""


@dataclass(frozen=True, eq=False)
class Change:
    """One rule that one element of one state of BASE breaks.

    `after` is its place in HEAD's snapshot or -1, `cause` the place there of what is to blame (what covers it) or
    -1. `values` are the numbers and names of the sentence. `sure` is false for what only the matching doubts.
    """

    rule: str
    place: Place
    pair: StatePair
    before: int
    after: int
    values: Mapping[str, Any]
    confidence: float
    sure: bool = True
    cause: int = -1

    @property
    def element(self) -> Element:
        return self.pair.before.outline.elements[self.before]

    @property
    def element_after(self) -> Element | None:
        return self.pair.after.outline.elements[self.after] if self.after >= 0 else None


@dataclass(frozen=True, eq=False)
class StateCheck:
    """Asks of each element of a state pair what changed.

    `target_px` is the least side on touch viewports; `used` are selectors of what acts without looking like it.
    """

    views: ViewPair
    pair: StatePair
    elsewhere: Elsewhere
    target_px: float
    used: frozenset[str] = frozenset()
    _found: dict[int, list[Change]] = field(default_factory=dict)

    @cached_property
    def window(self) -> tuple[int, int]:
        viewport = self.views.before.viewport
        return viewport.width, viewport.height

    @cached_property
    def before(self) -> Subjects:
        return Subjects(self.pair.before.outline, self.window)

    @cached_property
    def after(self) -> Subjects:
        return Subjects(self.pair.after.outline, self.window)

    @cached_property
    def stack_before(self) -> Stack:
        return Stack(self.pair.before.outline, self.views.before.viewport)

    @cached_property
    def stack_after(self) -> Stack:
        return Stack(self.pair.after.outline, self.views.after.viewport)

    @cached_property
    def place(self) -> Place:
        return Place(self.views.before.page, self.views.before.viewport.name, self.pair.before.id,
                     self.views.before.variant)  # fmt: skip

    @cached_property
    def subjects(self) -> list[int]:
        """The elements of BASE that people act on in this state, in order."""
        elements = self.pair.before.outline.elements
        return [
            element.index
            for element in elements
            if self.before.acting[element.index] or (element.visible and element.selector in self.used)
        ]

    def subject(self, index: int) -> int:
        """What acts when an element of BASE is hit, -1 when nothing does."""
        owner = self.before.owner(index)
        if owner < 0 and self.pair.before.outline.elements[index].selector in self.used:
            return index
        return owner

    def changes(self, index: int) -> list[Change]:
        """What changed of an element, the worst first. Of what is out of reach nothing else is told."""
        if index not in self._found:
            lost = next(self._lost(index), None)
            more = [] if lost and lost.rule not in IN_REACH else self._lesser(index)
            self._found[index] = [*([lost] if lost else []), *more]
        return self._found[index]

    def moved(self, index: int, move: Move) -> Change:
        """The change of an element that left its place among its neighbours."""
        return self._change("moved", index, self.pair.elements.seen(index), move=move)

    def _change(self, rule: str, index: int, after: int = -1, cause: int = -1, **values: Any) -> Change:
        pairs = self.pair.elements
        return Change(rule, self.place, self.pair, index, after, values, float(pairs.confidence[index]),
                      sure=not bool(pairs.unsure[index]), cause=cause)  # fmt: skip

    def _lost(self, index: int) -> Iterator[Change]:
        """The ways in which a click on an element does not do what it did."""
        pairs, element = self.pair.elements, self.pair.before.outline.elements[index]
        seen = pairs.seen(index)
        if seen < 0:
            yield self._missing(index, element)
            return
        other = self.pair.after.outline.elements[seen]
        if self.before.acting[index] and not (self._still_acts(seen) and self._still_hit(index, seen)):
            yield self._change("not_interactive", index, seen)
        if (part := self._lost_part(index)) is not None:
            yield self._change("not_interactive", index, seen, inner=part[0], part=part[1])
        if other.disabled and not (element.disabled or element.through):
            yield self._change("disabled", index, seen)
        cover = self._newly_covered(index, seen)
        if cover is not None:
            how, by, share = cover
            yield self._change("covered", index, seen, cause=by, always=how == ALWAYS, part=share)
        if not same_destination(pairs, element, other):
            yield self._change("destination", index, seen, old=leads_to(element), new=leads_to(other))

    def _missing(self, index: int, element: Element) -> Change:
        if self.pair.lost:
            return self._change("state_lost", index, state=self.pair.before.snapshot.state.label)
        hidden = int(self.pair.elements.image[index])
        found = self.elsewhere.find(element, self.pair.after, hidden)
        if found is None:
            return self._change("gone", index, hidden)
        return self._change("hidden", index, hidden, state=found.snapshot.state.label, state_id=found.id)

    def _still_acts(self, index: int) -> bool:
        """Whether an element acts, or something around or inside it does that a person would hit there."""
        elements = self.pair.after.outline.elements
        if elements[index].interactive or self.after.owner(index) >= 0:
            return True
        return any(elements[place].interactive for place in range(index + 1, int(self.after.ends[index])))

    def _still_hit(self, index: int, seen: int) -> bool:
        """Whether clicks do not go through an element that they did not go through before; those through a label that
        lies in its field go to the field."""
        if (
            self.after.outline.elements[seen].tag == "label"
            or not self.pair.after.outline.elements[seen].through
            or self.pair.before.outline.elements[index].through
        ):
            return True
        inside = self.pair.after.outline.elements[seen + 1 : int(self.after.ends[seen])]
        return any(one.visible and not one.through for one in inside)

    def _lost_part(self, index: int) -> tuple[int, float] | None:
        """The largest thing in an element that does not act any more, and its share of the element's area."""
        elements = self.pair.before.outline.elements
        area = max(elements[index].box[2] * elements[index].box[3], 1.0)
        parts = [
            (min(elements[inner].box[2] * elements[inner].box[3] / area, 1.0), inner)
            for inner in range(index + 1, int(self.before.ends[index]))
            if elements[inner].visible and (elements[inner].text or elements[inner].tag in _PICTURES)
        ]
        lost = [(share, inner) for share, inner in parts if share >= PART and self.strayed(index, inner)]
        return (max(lost)[1], max(lost)[0]) if lost else None

    def strayed(self, owner: int, inner: int) -> str:
        """What becomes of a click on what is inside an element when that has left it on HEAD; "" when it has not."""
        pairs = self.pair.elements
        place, home = pairs.seen(inner), pairs.seen(owner)
        if inner == owner or place < 0 or home < 0 or home <= place < self.after.ends[home]:
            return ""
        other = self.after.owner(place)
        if other < 0:
            return "not_interactive"
        elements, others = pairs.before.elements, pairs.after.elements
        # Two links side by side may lead where one did.
        same = other == home or (bool(elements[owner].href) and same_destination(pairs, elements[owner], others[other]))
        inside = other <= home < self.after.ends[other]
        return "" if same or inside else "destination"

    def _newly_covered(self, index: int, seen: int) -> tuple[int, int, float] | None:
        """How, by what and for which share of its points an element is covered that was not."""
        now = self.cover_after(seen, *grid(self.pair.after.outline.elements[seen]))
        if not (now.how != FREE).any():
            return None
        was = self.stack_before.cover(index, *grid(self.pair.before.outline.elements[index]))
        for least in (ALWAYS, AT_FIRST):
            share, old = float((now.how >= least).mean()), float((was.how >= least).mean())
            middle = len(now.how) // 2
            if (share >= COVERED or now.how[middle] >= least) and old < COVERED and was.how[middle] < least:
                by = int(np.bincount(now.by[now.how >= least]).argmax())
                if (not old or share - old >= CLEARLY) and (
                    least == ALWAYS or self._is_larger(cover_root(self.pair, seen, by))
                ):
                    return least, by, share
        return None

    def _is_larger(self, cover: int) -> bool:
        """Whether what lies over the page is new or larger; else the page has merely moved a little below it."""
        images = np.flatnonzero(self.pair.elements.image == cover)
        boxes = self.pair.before.outline.boxes
        height = self.pair.after.outline.boxes[cover, 3]
        return not any(boxes[index, 3] >= SAME_HEIGHT * height for index in images.tolist())

    def cover_after(self, index: int, x: Floats, y: Floats) -> Cover:
        """How points of an element of HEAD are covered. What lies outside its scroller can be scrolled to, unless the
        scroller is covered itself."""
        scroller = self.pair.after.outline.elements[index].scroller
        found = self.stack_after.cover(index, x, y)
        if scroller < 0:
            return found
        left, top, right, bottom = self.stack_after.edges[scroller]
        outside = (x < left) | (x >= right) | (y < top) | (y >= bottom)
        middle = np.array([(left + right) / 2]), np.array([(top + bottom) / 2])
        around = self.stack_after.cover(scroller, *middle)
        return Cover(np.where(outside, around.how, found.how), np.where(outside, around.by, found.by))

    def _lesser(self, index: int) -> Iterator[Change]:
        """Changes after which a click still does what it did, once a person has found the element."""
        pairs = self.pair.elements
        seen = pairs.seen(index)
        element, other = self.pair.before.outline.elements[index], self.pair.after.outline.elements[seen]
        if below := self._below_fold(element, other):
            old, new = below
            middle = new + other.box[3] / 2
            yield self._change("below_fold", index, seen, old=old, new=new, middle=middle)
        if is_renamed(element, other):
            silent = not self._shows_text(element, other)
            yield self._change("renamed", index, seen, old=called(element), new=called(other), silent=silent)
        if self._too_small(index, seen):
            yield self._change("target_size", index, seen, old=element.box[2:], new=other.box[2:], least=self.target_px)
        elif self._shrank(index, seen):
            yield self._change("shrank", index, seen, old=element.box[2:], new=other.box[2:])
        if faint := self._fainter(index, seen):
            yield self._change("contrast", index, seen, ratio=faint[0], needed=faint[1])

    def _below_fold(self, element: Element, other: Element) -> tuple[float, float] | None:
        height = self.window[1]
        if "fixed" in (element.position, other.position):
            return None
        was, now = shown_share(element, height), shown_share(other, height)
        down = other.box[1] - element.box[1]
        if was >= SHOWN and now < NOT_SHOWN and down >= SLIP * height:
            return element.box[1], other.box[1]
        return None

    def _too_small(self, index: int, seen: int) -> bool:
        if not self.views.before.viewport.touch or not self.after.acting[seen]:
            return False
        return is_small(self.after, seen, self.target_px) and not is_small(self.before, index, self.target_px)

    def _fainter(self, index: int, seen: int) -> tuple[float, float] | None:
        """The contrast of an element's text on HEAD and what it needs, where that is too little and was not."""
        now = worst(self.pair.after.outline, seen, int(self.after.ends[seen]))
        was = worst(self.pair.before.outline, index, int(self.before.ends[index]))
        return now if fainter(was, now) else None

    def _shrank(self, index: int, seen: int) -> bool:
        """Whether an element became much smaller, other than by another name or by another break of its line."""
        element, other = self.pair.before.outline.elements[index], self.pair.after.outline.elements[seen]
        broken = in_sentence(self.before, index) and other.box[3] >= READABLE_PX
        by_text = plain_name(element) != plain_name(other) or broken
        return shrank(element, other) and not by_text and not speaks_for(self.before, index)

    def _shows_text(self, element: Element, other: Element) -> bool:
        """Whether a name can be read on the page; else only assistive technology says it."""
        for page, subjects, one in ((self.pair.before, self.before, element), (self.pair.after, self.after, other)):
            inside = page.outline.elements[one.index : int(subjects.ends[one.index])]
            text = {word for item in inside if item.visible for word in words(item.text.lower())}
            if text & set(words(called(one).lower())):
                return True
        return bool(element.label or other.label)


def cover_root(pair: StatePair, target: int, cause: int) -> int:
    """The whole of what covers an element of HEAD: a bar, not the text in it that lies right above."""
    outline = pair.after.outline
    around = set(ancestors(outline, target))
    root = cause
    for place in ancestors(outline, cause):
        if place in around or outline.elements[place].tag in ("body", "html"):
            break
        root = place
    return root


def shown_share(element: Element, height: float) -> float:
    """The share of an element's height that the first window shows."""
    _, top, _, tall = element.box
    return max(0.0, min(top + tall, height) - max(top, 0.0)) / max(tall, 1.0)


def shrank(element: Element, other: Element) -> bool:
    """Whether an element that acts became much smaller, and is harder to hit by it."""
    old, new = element.box[2:], other.box[2:]
    left = new[0] * new[1] / max(old[0] * old[1], 1.0)
    tight = any(after < COMFORTABLE_PX and after < SHRANK_SIDE * before for before, after in zip(old, new, strict=True))
    much = left < SHRANK_ANYWAY and min(new) < SHRANK_SIDE * min(old)
    return told_to_act(element) and (much or (left < SHRANK_AREA and tight))


def is_renamed(element: Element, other: Element) -> bool:
    """Whether a person would say that an element has another name; numbers and ornaments do not count."""
    old, new = ([word for word in words(plain_name(one)) if word != "0"] for one in (element, other))
    if not old or old == new:
        return False
    if (
        element.text
        and element.text == other.text
        and set(words(plain_name(element))) <= set(words(element.text.lower()))
    ):
        return False
    shared, either = len(set(old) & set(new)), len(set(old) | set(new))
    return not (max(len(old), len(new)) >= LONG_NAME and shared >= SAME_WORDS * either)
