"""An outline as columns: what the comparison of two pages needs of each element, as arrays."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from heatreel.core.element import Element, Outline
from heatreel.replay.matching.words import clean_name

Ints = NDArray[np.int64]
Floats = NDArray[np.floating[Any]]
Bools = NDArray[np.bool_]

FAMILIES = ("act", "field", "head", "image", "label", "text", "box")
_ROLES = {
    **dict.fromkeys(("button", "link", "tab", "menuitem", "menuitemcheckbox", "menuitemradio", "option"), "act"),
    **dict.fromkeys(
        ("textbox", "searchbox", "combobox", "checkbox", "radio", "switch", "slider", "spinbutton"), "field"
    ),
    "heading": "head",
    "img": "image",
}
_TAGS = {
    **dict.fromkeys(("a", "button", "summary", "area", "option"), "act"),
    **dict.fromkeys(("input", "select", "textarea"), "field"),
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), "head"),
    **dict.fromkeys(("img", "svg", "canvas", "video", "picture", "iframe", "object", "audio"), "image"),
    **dict.fromkeys(("label", "legend"), "label"),
}
_BUTTON_TYPES = frozenset({"submit", "button", "reset", "image"})
_CODE = frozenset({"pre", "code"})
_INDEX = re.compile(r"(?:^|/)index(?:\.\w+)?$|\.(?:html?|php|aspx?)$")
# Share of a page's links that must lead into a folder for it to be the page's home.
HOME_SHARE = 0.6
# Share of a page's links that lead to one address: only `#`, which leads to the page itself, is so common.
OWN_SHARE = 0.2
_STABLE_ID = re.compile(r"^(?!.*\d{4})(?!.*[0-9a-f]{8})(?!.*[:]).{1,60}$")

KEYS = (
    *("tag", "name", "id", "testid", "type", "field", "role", "src"),
    *("href", "site link", "tail", "landmark", "path", "trail"),
)


@dataclass(frozen=True)
class Side:
    """The elements of one page that have an identity of their own, in page order, one entry in each column.

    `index` is the place in the outline. `codes` hold numbers that are equal where the texts of both pages are;
    0 is the empty text. `x`, `y` are the centre as a share of the page, `width` and `height` CSS px.
    `group`, `place` and `size`: which group of like elements it is in, where in it, of how many.
    `inner` holds class tokens and pictures inside an element that acts: `fa-bell` tells one icon from another.
    `holder` is the nearest ancestor, and `section` the nearest heading before, that is itself an entry, or -1.
    """

    outline: Outline
    index: Ints
    entry: Ints
    family: Ints
    codes: dict[str, Ints]
    names: list[str]
    visible: Bools
    x: Floats
    y: Floats
    width: Floats
    height: Floats
    top: Floats
    group: Ints
    place: Ints
    size: Ints
    holder: Ints
    section: Ints
    classes: list[tuple[str, ...]]
    inner: list[str]

    def __len__(self) -> int:
        return len(self.index)


def read_sides(before: Outline, after: Outline) -> tuple[Side, Side]:
    """Both pages as columns with common codes."""
    numbers: dict[str, dict[str, int]] = {key: {"": 0} for key in KEYS}
    return _side(before, numbers), _side(after, numbers)


def family_of(element: Element) -> str:
    """The kind of thing an element is to a visitor; only things of one kind are compared freely."""
    if element.tag == "input" and element.type in _BUTTON_TYPES:
        return "act"
    found = _TAGS.get(element.tag) or _ROLES.get(element.role)
    if found:
        return found
    if element.text:
        return "text"
    return "act" if element.interactive and element.name else "box"


def has_identity(element: Element, family: str) -> bool:
    """Whether an element can be told by itself; bare wrappers are told by what they hold."""
    if family == "image":
        return bool(element.name or element.id) or max(element.box[2:]) >= 16
    return family != "box" or bool(element.id or element.testid or element.name)


def told_by_themselves(outline: Outline) -> set[int]:
    """Positions of the elements that are found by their own identity or not at all: everything but boxes."""
    families = [family_of(element) for element in outline.elements]
    return {
        element.index
        for element, family in zip(outline.elements, families, strict=True)
        if family != "box" and has_identity(element, family)
    }


def _side(outline: Outline, numbers: dict[str, dict[str, int]]) -> Side:
    elements = outline.elements
    families = [family_of(element) for element in elements]
    inside_code = _inside(elements, lambda element: element.tag in _CODE)
    inside_image = _inside(elements, lambda element: element.tag == "svg")
    index = [
        element.index
        for element, family in zip(elements, families, strict=True)
        if has_identity(element, family)
        and not inside_image[element.index]
        and not (inside_code[element.index] and element.tag == "span")
    ]
    kept = [elements[position] for position in index]
    boxes = outline.boxes[index].astype(np.float32)
    trails = _trails(elements)
    names = [_name(element) or _beside(element, elements) for element in kept]
    links = links_of(elements)
    links = [links[position] for position in index]
    texts: dict[str, list[str]] = {
        "tag": [element.tag for element in kept],
        "name": names,
        "id": [element.id if _STABLE_ID.match(element.id) else "" for element in kept],
        "testid": [element.testid for element in kept],
        "type": [element.type for element in kept],
        "field": [element.field for element in kept],
        "role": [element.role for element in kept],
        "href": links,
        "site link": _site_links(links),
        "tail": [link.rsplit("/", 1)[-1] for link in links],
        "src": [element.src for element in kept],
        "landmark": [element.landmark for element in kept],
        "path": _paths(outline, index),
        "trail": [trails[position] for position in index],
    }
    codes = {key: _number(values, numbers[key]) for key, values in texts.items()}
    visible = np.array([element.visible for element in kept], dtype=bool)
    family = np.array([FAMILIES.index(families[position]) for position in index], dtype=np.int64)
    group, place, size = _groups(codes["trail"], family, visible)
    entry = np.full(len(elements), -1, dtype=np.int64)
    entry[index] = np.arange(len(index))
    return Side(
        outline=outline,
        index=np.array(index, dtype=np.int64),
        entry=entry,
        family=family,
        codes=codes,
        names=names,
        visible=visible,
        x=(boxes[:, 0] + boxes[:, 2] / 2) / max(outline.width, 1),
        y=(boxes[:, 1] + boxes[:, 3] / 2) / max(outline.height, 1),
        width=boxes[:, 2],
        height=boxes[:, 3],
        top=boxes[:, 1],
        group=group,
        place=place,
        size=size,
        holder=_holders(elements, index, entry),
        section=_sections(family, visible),
        classes=[element.classes for element in kept],
        inner=_inner(elements, index, family),
    )


def _name(element: Element) -> str:
    return clean_name(element.name) or clean_name(element.label) or clean_name(element.text)


# How far apart the middles of a box to tick and of the words beside it may be, CSS px.
BESIDE_PX = 16


def _beside(element: Element, elements: tuple[Element, ...]) -> str:
    """The words that stand beside a box to tick which nobody has labelled."""
    if element.type not in ("checkbox", "radio"):
        return ""
    for other in elements[element.index + 1 : element.index + 3]:
        middles = [one.box[1] + one.box[3] / 2 for one in (element, other)]
        if other.parent == element.parent and other.text and abs(middles[0] - middles[1]) <= BESIDE_PX:
            return clean_name(other.text)
    return ""


def _link(href: str) -> str:
    """The link without what a move of the site changes: `index`, endings of pages; "" when it leads nowhere."""
    plain = href.split("?")[0].strip().lower()
    if plain in ("", "#") or plain.startswith("javascript:"):
        return ""
    if plain.startswith("#"):
        return plain
    return _INDEX.sub("", plain).rstrip("/") or "/"


def links_of(elements: tuple[Element, ...]) -> list[str]:
    """Where each element of a page leads, without what a move of the site changes; "" for nowhere."""
    ids = {element.id.lower() for element in elements} - {""}
    return _without_own([_link(element.href) for element in elements], ids)


def _without_own(links: list[str], ids: set[str]) -> list[str]:
    """Links without the page's own address, which another version of it has another of: `#id`, or "" for `#`.

    The page is what most links to one of its ids lead to; without such links, what a fifth of all links lead to.
    """
    here = Counter(path for path, mark, name in (link.partition("#") for link in links) if mark and name in ids)
    if not here:
        every = Counter(link for link in links if link)
        here = Counter({link: count for link, count in every.items() if count >= max(4, OWN_SHARE * every.total())})
    own = here.most_common(1)[0][0] if here else ""
    if not own:
        return links
    ways = (own, _INDEX.sub("", own))
    return ["" if link in ways else link.removeprefix(own) if link.startswith(f"{own}#") else link for link in links]


def _site_links(links: list[str]) -> list[str]:
    """Links without the folder that most links of this page lead into: a new version often lives in another."""
    own = sorted({link for link in links if link.startswith("/") and not link.startswith("//")})
    folders: dict[str, int] = {}
    for link in own:
        steps = link.split("/")
        for length in range(1, len(steps)):
            folder = "/".join(steps[:length]) + "/"
            folders[folder] = folders.get(folder, 0) + 1
    common = [folder for folder, count in folders.items() if count >= max(3, HOME_SHARE * len(own))]
    home = max(common, key=len, default="/")
    return [link.removeprefix(home) or "/" if link.startswith(home) else link for link in links]


def _inside(elements: Iterable[Element], test: Callable[[Element], bool]) -> list[bool]:
    """For each element whether an ancestor passes the test; parents come first in an outline."""
    found: list[bool] = []
    passed: list[bool] = []
    for element in elements:
        up = element.parent
        found.append(up >= 0 and (found[up] or passed[up]))
        passed.append(test(element))
    return found


def _trails(elements: Iterable[Element]) -> list[str]:
    """For each element the tags from the root to it."""
    found: list[str] = []
    for element in elements:
        found.append(f"{found[element.parent]}>{element.tag}" if element.parent >= 0 else element.tag)
    return found


def _paths(outline: Outline, index: list[int]) -> list[str]:
    paths: list[str] = []
    for element in outline.elements:
        step = f"{element.hop}{element.tag}{element.nth}"
        paths.append(f"{paths[element.parent]}>{step}" if element.parent >= 0 else step)
    return [paths[position] for position in index]


def _number(values: list[str], numbers: dict[str, int]) -> Ints:
    return np.array([numbers.setdefault(value, len(numbers)) for value in values], dtype=np.int64)


def _groups(trail: Ints, family: Ints, visible: Bools) -> tuple[Ints, Ints, Ints]:
    """Groups of elements with one trail of tags: number of the group, place in it, its size."""
    keys: dict[Any, list[int]] = {}
    for position, key in enumerate(zip(trail.tolist(), family.tolist(), visible.tolist(), strict=True)):
        keys.setdefault(key, []).append(position)
    group, place, size = (np.zeros(len(trail), dtype=np.int64) for _ in range(3))
    for number, members in enumerate(keys.values()):
        group[members], place[members], size[members] = number, np.arange(len(members)), len(members)
    return group, place, size


def _holders(elements: tuple[Element, ...], index: list[int], entry: Ints) -> Ints:
    nearest: list[int] = []
    for element in elements:
        up = element.parent
        nearest.append(-1 if up < 0 else (int(entry[up]) if entry[up] >= 0 else nearest[up]))
    return np.array([nearest[position] for position in index], dtype=np.int64)


def _sections(family: Ints, visible: Bools) -> Ints:
    head = FAMILIES.index("head")
    found = np.full(len(family), -1, dtype=np.int64)
    last = -1
    for position, (kind, shown) in enumerate(zip(family.tolist(), visible.tolist(), strict=True)):
        found[position] = last
        if kind == head and shown:
            last = position
    return found


def _inner(elements: tuple[Element, ...], index: list[int], family: Ints) -> list[str]:
    """Class tokens and picture names inside each entry that acts."""
    act = FAMILIES.index("act")
    acting = {place: entry for entry, place in enumerate(index) if family[entry] == act}
    found: list[list[str]] = [[] for _ in index]
    for element in elements:
        up, steps = element.parent, 0
        while up >= 0 and up not in acting and steps < 3:
            up, steps = elements[up].parent, steps + 1
        if up in acting and not element.text:
            found[acting[up]] += [*element.classes, element.src]
    return [" ".join(tokens) for tokens in found]
