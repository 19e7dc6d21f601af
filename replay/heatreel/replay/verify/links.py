"""Whether two links lead to the same place."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from heatreel.core.element import Element, Outline

if TYPE_CHECKING:
    from heatreel.replay.verify.elements import ElementPairs

_INDEX = re.compile(r"(?:^|(?<=/))index\.\w+$|\.(?:html?|php|aspx?)$")


def address(href: str) -> str:
    """The address without what does not change where it leads; "" for one that leads nowhere."""
    plain = href.strip()
    if plain in ("", "#") or plain.endswith("#!") or plain.lower().startswith("javascript:"):
        return ""
    path, mark, route = plain.partition("#")
    return (_INDEX.sub("", path).rstrip("/") or ("/" if path else "")) + mark + route


def leads_to(element: Element) -> str:
    """Where an element leads, in the form of `address`; "" when nowhere."""
    return "" if element.nowhere else address(element.href)


def same_destination(pairs: ElementPairs, before: Element, after: Element) -> bool:
    """Whether a link still leads where it led; True for what was no link, or is a button now."""
    old, new = leads_to(before), leads_to(after)
    if not old or old == new or (not after.href and after.tag != before.tag):
        return True
    if not new:
        return False
    (page, place), (new_page, new_place) = _split(old), _split(new)
    if page != new_page:
        return bool(place) and _is_unreadable(new, page)
    if not new_place:
        return not place or place not in _ids(pairs.before)
    return _same_place_on_page(pairs, place, new_place)


def _split(href: str) -> tuple[str, str]:
    """Page and in-page place of an address; a route in the fragment belongs to the page."""
    page, _, place = href.partition("#")
    return (href, "") if place.startswith(("/", "!/")) else (_INDEX.sub("", page).rstrip("/"), place)


def _is_unreadable(href: str, page: str) -> bool:
    """Whether the page model took the end of an address for a token, as it does when a build made the id in it."""
    return href.endswith(":id") and href.rpartition("/")[0] in (page, page.rpartition("/")[0])


def _ids(outline: Outline) -> dict[str, int]:
    return {element.id: element.index for element in outline.elements if element.id}


def _same_place_on_page(pairs: ElementPairs, old: str, new: str) -> bool:
    """In-page links lead to an element; a build may have given it another id, or one that no person gave."""
    ids, ids_after = _ids(pairs.before), _ids(pairs.after)
    if old == new or old not in ids or new not in ids_after:
        return True
    image = int(pairs.image[ids[old]])
    return image == ids_after[new] if image >= 0 else old not in ids_after
