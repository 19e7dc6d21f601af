"""CSS selectors of other tools, asked of an outline: which elements they select there.

An outline holds no script and no style elements, and only those ids and classes that a person seems to have given.
What it cannot know (another attribute, `:hover`, a generated class) does not speak against an element, so a
selector can select more here than it did on the page, never less but where it counts children around scripts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from heatreel.core.element import Element, Outline

TOKEN = re.compile(r"\d{5}|\d[a-z]+\d|[a-z]\d+[a-z]|@|%40", re.IGNORECASE)
_GENERATED = re.compile(r"\d\d|^(css|sc|jsx|svelte|radix|headlessui|ui-id|uk)-|^(ember|slick).*\d", re.IGNORECASE)
_NAMED = re.compile(r"[a-z][\w-]{0,59}", re.IGNORECASE | re.ASCII)
# Classes that say a state or a moment, as `classes` in the page model leaves them out.
_PASSING = re.compile(
    r"^(is|has|slick|owl)-|^(in|on|off|shown?|active|open|hidden|visible|selected|current|closed|checked|disabled)$"
    r"|^(fade|collaps|expand|load|lazy|hover|focus|animat)"
)
_NAMED_BY_PEOPLE = frozenset({"id", "testid", "field"})

TEST_IDS = ("data-testid", "data-test", "data-cy", "data-qa")
_ATTRIBUTES = {
    **dict.fromkeys(TEST_IDS, "testid"),
    "id": "id",
    "name": "field",
    "type": "type",
    "role": "role",
}

STEP = re.compile(
    r"""(?P<id>\#(?:[\w-]|\\.|[^\x00-\x7f])+)
      | (?P<cls>\.(?:[\w-]|\\.|[^\x00-\x7f])+)
      | \[(?P<attr>[\w-]+)(?:\s*(?P<how>[~|^$*]?)=\s*(?P<quote>["']?)(?P<value>[^"'\]]*)(?P=quote))?\s*\]
      | (?P<pseudo>::?[\w-]+)(?:\((?P<of>[^)]*)\))?
      | (?P<tag>\*|(?:[a-zA-Z]|[^\x00-\x7f])(?:[\w-]|\\.|[^\x00-\x7f])*)""",
    re.VERBOSE,
)
"""One condition of a compound selector."""


def stable(name: str) -> str:
    """The name if a person seems to have given it, else ""; as `stable` in the page model."""
    return name if _NAMED.fullmatch(name) and not TOKEN.search(name) and not _GENERATED.search(name) else ""


def plain(name: str) -> str:
    """A name without the escapes of CSS."""
    return re.sub(r"\\(.)", r"\1", name)


PLAIN_CLASSES = 8
"""So many classes of an element are kept."""

_COMBINATOR = re.compile(r"\s*(>>>|>|\+|~|\s)\s*")
_NTH = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Step:
    """A compound selector and the combinator before it ("" before the first)."""

    combinator: str
    tag: str = ""
    classes: frozenset[str] = frozenset()
    fields: tuple[tuple[str, str], ...] = ()
    places: tuple[tuple[str, int], ...] = ()


class Selecting:
    """Answers selectors on one outline."""

    def __init__(self, outline: Outline) -> None:
        self.elements = outline.elements
        self._children: list[list[int]] = [[] for _ in self.elements]
        for element in self.elements:
            if element.parent >= 0:
                self._children[element.parent].append(element.index)

    def select(self, selector: str) -> list[int]:
        """The elements that a selector selects, in document order; none when it is not understood."""
        steps = read_selector(selector)
        if not steps:
            return []
        return [element.index for element in self.elements if self._selected(element, steps, len(steps) - 1)]

    def _selected(self, element: Element, steps: Sequence[Step], at: int) -> bool:
        if not self._agrees(element, steps[at]):
            return False
        if not at:
            return True
        others = self._before(element, steps[at].combinator)
        return any(self._selected(other, steps, at - 1) for other in others)

    def _before(self, element: Element, combinator: str) -> Iterator[Element]:
        """Where the step before a combinator may be: around an element, or beside it."""
        if combinator in ("+", "~"):
            kin = [one for one in self._kin(element) if one.index < element.index]
            yield from kin[-1:] if combinator == "+" else kin
            return
        while element.parent >= 0:
            hop, element = element.hop, self.elements[element.parent]
            if bool(hop) != (combinator == ">>>"):
                return
            yield element
            if combinator != " ":
                return

    def _kin(self, element: Element) -> list[Element]:
        """An element and its brothers and sisters, in order."""
        if element.parent < 0:
            return [element]
        kin = (self.elements[index] for index in self._children[element.parent])
        return [one for one in kin if one.hop == element.hop]

    def _agrees(self, element: Element, step: Step) -> bool:
        if step.tag not in ("", element.tag):
            return False
        if len(element.classes) < PLAIN_CLASSES and not step.classes <= set(element.classes):
            return False
        if any(getattr(element, name) != value for name, value in step.fields):
            return False
        return all(self._stands(element, kind, nth) for kind, nth in step.places)

    def _stands(self, element: Element, kind: str, nth: int) -> bool:
        """Whether an element is the `nth` of its kin (of its tag), counted from the end when negative."""
        if kind == "type" and nth > 0:
            return element.nth == nth
        kin = [one.index for one in self._kin(element) if kind == "child" or one.tag == element.tag]
        place = kin.index(element.index)
        return place + 1 == nth if nth > 0 else place - len(kin) == nth


_PLACES = {":first-child": ("child", 1), ":last-child": ("child", -1), ":first-of-type": ("type", 1),
           ":last-of-type": ("type", -1)}  # fmt: skip
_NTHS = {":nth-child": ("child", 1), ":nth-last-child": ("child", -1), ":nth-of-type": ("type", 1),
         ":nth-last-of-type": ("type", -1)}  # fmt: skip


@lru_cache(maxsize=4096)
def read_selector(selector: str) -> tuple[Step, ...]:
    """The steps of a selector; none for a list of several, or for what is no selector."""
    found: list[Step] = []
    combinator = ""
    for part, then in split_selector(selector):
        step = _step(part, combinator)
        if step is None:
            return ()
        found.append(step)
        combinator = then
    # Outlines begin with the body.
    if found and found[0].tag == "html" and len(found) > 1:
        found = [replace(found[1], combinator=""), *found[2:]]
    return tuple(found)


def split_selector(selector: str) -> Iterator[tuple[str, str]]:
    """The compound selectors of a selector, each with the combinator after it; none with a comma at the top."""
    parts: list[tuple[str, str]] = []
    depth, begin, place, quote = 0, 0, 0, ""
    text = selector.strip()
    while place < len(text):
        char = text[place]
        if quote:
            quote = "" if char == quote else quote
        elif char in "\"'" and depth:
            quote = char
        elif char == "\\":
            place += 1
        elif char in "[(":
            depth += 1
        elif char in "])":
            depth -= 1
        elif char == "," and not depth:
            return
        elif not depth and (found := _COMBINATOR.match(text, place)):
            parts.append((text[begin:place], found[1].strip() or " "))
            begin = place = found.end()
            continue
        place += 1
    yield from [*parts, (text[begin:], "")]


def _step(part: str, combinator: str) -> Step | None:
    """A compound selector; None for what is none."""
    tag, end = "", 0
    classes: list[str] = []
    fields: list[tuple[str, str]] = []
    places: list[tuple[str, int]] = []
    for found in STEP.finditer(part):
        if found.start() != end:
            return None
        end = found.end()
        if found["tag"]:
            tag = "" if found["tag"] == "*" else plain(found["tag"]).lower()
        elif found["cls"]:
            classes.append(plain(found["cls"][1:]))
        elif found["id"]:
            fields.append(("id", plain(found["id"][1:])))
        elif found["attr"] in _ATTRIBUTES and not found["how"] and found["value"]:
            fields.append((_ATTRIBUTES[found["attr"]], found["value"]))
        elif found["pseudo"] in _PLACES:
            places.append(_PLACES[found["pseudo"]])
        elif found["pseudo"] in _NTHS and found["of"] and _NTH.fullmatch(found["of"].strip()):
            kind, sign = _NTHS[found["pseudo"]]
            places.append((kind, sign * int(found["of"])))
    if end != len(part) or not part:
        return None
    known = frozenset(name for name in classes if stable(name) and not _PASSING.search(name))
    told = tuple((name, value) for name, value in fields if name not in _NAMED_BY_PEOPLE or stable(value))
    return Step(combinator, tag, known, told, tuple(places))
