"""What has other words in the place of what was there: a person would say that it was renamed."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from heatreel.core.element import Element, Outline
from heatreel.replay.verify.links import leads_to
from heatreel.replay.verify.subjects import plain_name
from heatreel.replay.verify.views import subtree_ends

# Centres that differ by less than this share of the page's width are in one column.
SAME_COLUMN = 0.15
# Points that a pair needs: a name or link kept, the very same spot under the same parent, or the one of its kind.
LEAST = 2
# How sure such pairs are, in probability.
SAME_PLACE = 0.7

_Kind = tuple[int, str, str, str, bool]


@dataclass(frozen=True, slots=True)
class Pairing:
    """An element of BASE, its counterpart on HEAD, and the probability that this is right."""

    before: int
    after: int
    confidence: float


def same_place(
    before: Outline, after: Outline, rest: list[Element], rest_after: list[Element], known: Mapping[int, int]
) -> Iterator[Pairing]:
    """Pairs of what is left, `rest` of BASE and `rest_after` of HEAD, inside the same known element, that act alike
    and lie alike between the same neighbours."""
    back = {other: index for index, other in known.items()}
    holders = {element.index: _holder(before, element, known) for element in rest}
    by_holder: dict[int, list[Element]] = defaultdict(list)
    for element in rest_after:
        by_holder[back.get(_holder(after, element, back), -1)].append(element)
    forms = {element.index: _form(before, holders[element.index]) for element in rest}
    forms_after = {element.index: _form(before, at) for at, some in by_holder.items() for element in some}
    alone = _alone(rest, forms), _alone(rest_after, forms_after)
    order = Order(before, known)
    scored = [
        (-score, one.index, two.index)
        for one in rest
        for two in by_holder.get(holders[one.index], ())
        if (score := _likeness(before, one, two) + 2 * _fills_in(before, forms[one.index], one, two, alone)) >= LEAST
        and (plain_name(one) == plain_name(two) or order.keeps(holders[one.index], one.index, two.index))
    ]
    used: set[tuple[str, int]] = set()
    for _, one_index, two_index in sorted(scored):
        if not {("before", one_index), ("after", two_index)} & used:
            used |= {("before", one_index), ("after", two_index)}
            yield Pairing(one_index, two_index, SAME_PLACE)


class Order:
    """The known elements of a page, in its order."""

    def __init__(self, before: Outline, known: Mapping[int, int]) -> None:
        self.before = before
        self.known = known
        self.places: Sequence[int] = sorted(known)
        self.ends = subtree_ends(before)

    def keeps(self, holder: int, one: int, two: int) -> bool:
        """Whether `two` lies on HEAD between the counterparts of what is before and after `one` in their holder, or
        around that when it holds nothing else that has words."""
        while holder >= 0 and not self._holds_words(holder):
            holder = self.before.elements[holder].parent
        last = self.places[spot - 1] if (spot := bisect_left(self.places, one)) else -1
        end = int(self.ends[holder]) if holder >= 0 else len(self.ends)
        spot = bisect_left(self.places, int(self.ends[one]))
        following = self.places[spot] if spot < len(self.places) else end
        after_last = last <= holder or self.known[last] < two
        return after_last and (following >= end or two < self.known[following])

    def _holds_words(self, holder: int) -> bool:
        first, last = bisect_left(self.places, holder + 1), bisect_left(self.places, int(self.ends[holder]))
        return any(self.before.elements[place].text for place in self.places[first:last])


def _holder(outline: Outline, element: Element, known: Mapping[int, int]) -> int:
    """The nearest element around one that has a counterpart, -1 when there is none."""
    place = element.parent
    while place >= 0 and place not in known:
        place = outline.elements[place].parent
    return place


def _form(before: Outline, holder: int) -> int:
    """The form around an element; the element itself when it is in none."""
    place = holder
    while place >= 0 and before.elements[place].tag != "form":
        place = before.elements[place].parent
    return holder if place < 0 else place


def _alone(some: list[Element], holders: Mapping[int, int]) -> set[_Kind]:
    """The kinds of which there is one only in a holder."""
    counts = Counter(_kind(element, holders[element.index]) for element in some)
    return {kind for kind, count in counts.items() if count == 1}


def _kind(element: Element, holder: int) -> _Kind:
    return holder, element.tag, element.type, element.field, element.interactive


def _fills_in(before: Outline, holder: int, one: Element, two: Element, alone: tuple[set[_Kind], set[_Kind]]) -> bool:
    """Whether both are the one control of their kind in the same form, wherever it stands in it."""
    if holder < 0 or before.elements[holder].tag != "form" or not one.interactive or leads_to(one):
        return False
    kind = _kind(one, holder)
    return kind == _kind(two, holder) and kind in alone[0] and kind in alone[1]


def _likeness(before: Outline, one: Element, two: Element) -> int:
    """Points for what a pair in one place shares; 0 when they are different kinds of things."""
    if (one.tag, one.type, one.field, one.interactive) != (two.tag, two.type, two.field, two.interactive):
        return 0
    name = bool(plain_name(one)) and plain_name(one) == plain_name(two)
    links = bool(leads_to(one)), bool(leads_to(two))
    if links[0] != links[1] and not name:
        return 0
    link = links[0] and leads_to(one) == leads_to(two)
    if all(links) and not (name or link):
        return 0
    across = abs(one.box[0] + one.box[2] / 2 - two.box[0] - two.box[2] / 2) / max(before.width, 1.0)
    column = across < SAME_COLUMN
    return 2 * name + 2 * link + (column and one.nth == two.nth) + (column and not any(links))
