"""Kind and name of a state, from its trigger and from what the trigger changed."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from heatreel.capture.changes import Change, Root
from heatreel.capture.triggers import Candidate

NAMES = {
    "tab": "Tab",
    "accordion": "Section",
    "disclosure": "Open",
    "details": "Details",
    "dialog": "Dialog",
    "popover": "Popover",
    "menu": "Menu",
    "hover": "Hover",
    "overlay": "Closed",
    "theme": "Theme",
    "language": "Language",
    "step": "Step",
    "filter": "Filter",
    "sort": "Sorted",
    "more": "More",
    "other": "After",
}
"""What a label starts with, by kind."""

_MENUS = frozenset({"menu", "listbox", "tree", "menubar"})
_MENU = re.compile(r"\b(menu|nav|dropdown|drop-down|submenu|navbar)", re.I)
_CLOSES = re.compile(r"^(close|dismiss|hide|accept|reject|decline|agree|allow|got it|ok|okay|no thanks|×|✕|✖)", re.I)
_TABBY = re.compile(r"\b(tab|tabs|pill|pills|segment)", re.I)
_CAROUSEL = re.compile(r"carousel|slider|swiper|slick|splide|glide|slideshow|owl-|slide-to|bs-slide", re.I)


_FORWARD = re.compile(
    r"^\W*(next|continue|proceed|weiter|suivant|siguiente|avanti|volgende|dalej|далее|次へ|下一步)\b", re.I
)
_LANGUAGES = re.compile(
    r"^(en|de|fr|es|it|nl|pt|pl|sv|da|no|nb|fi|cs|sk|hu|ro|bg|el|tr|ru|uk|ar|he|ja|ko|zh|cy|english|deutsch|français|"
    r"español|italiano|nederlands|português|polski|svenska|dansk|norsk|suomi|čeština|magyar|română|türkçe|русский|"
    r"українська|العربية|עברית|日本語|한국어|中文|cymraeg)\b(-[a-z]{2})?$",
    re.I,
)

_WORD = re.compile(r"[^\W\d_]{2}|[\u3040-\u9fff]")
_MONTH = 28
_CALENDAR = re.compile(r"calendar|date-?picker|datepicker|flatpickr|timepicker|colorpicker|color-picker", re.I)


def calendar(change: Change) -> bool:
    """Whether a calendar or the like opened: its months go on for ever, and none is a state of its own."""
    return any(root.days >= _MONTH or _CALENDAR.search(f"{root.classes} {root.id}") for root in change.roots)


def kind_of(candidate: Candidate, change: Change, siblings: int, window: tuple[int, int]) -> str:
    """The kind of the state that a trigger leads to.

    `siblings`: how many candidates are structurally like it, itself included; `window`: viewport in CSS px.
    """
    root = largest(change.roots)
    if candidate.reason == "late":
        return "dialog" if root and (root.is_dialog or _covers(root, window)) else "popover"
    if candidate.reason == "summary":
        return "details"
    if candidate.reason == "more":
        return "more"
    if _sets_language(candidate, change):
        return "language"
    if change.repainted and not (change.solid and change.added):
        return "theme"
    if candidate.reason == "select" or not (change.added or change.removed):
        return "sort" if change.reordered and candidate.reason != "select" else "other"
    if not change.added:
        return _closing(candidate, change, siblings)
    if root and root.is_dialog:
        return "dialog"
    if any(one.slide for one in change.roots) and change.removed and not _same_words(change):
        return "carousel"
    if candidate.role == "tab" or (candidate.tablist and not candidate.popup and not candidate.role):
        # Both words are used for accordions as well; then it counts whether panels take each other's place.
        return "accordion" if candidate.expanded and not _swapped(change) else "tab"
    if _slides(candidate, change):
        return "carousel"
    if root and (root.overlay == "top" or calendar(change)):
        return "popover"
    if _menu_like(candidate, root):
        return "menu"
    if candidate.hovers:
        return "hover"
    if candidate.type == "radio":
        return "tab"
    if root and root.overlay in ("fixed", "absolute"):
        return _overlay(root, window)
    if _FORWARD.search(candidate.name) and _swapped(change):
        return "step"
    if not candidate.expanded and (
        _TABBY.search(f"{candidate.classes} {candidate.around}") or (siblings > 1 and _swapped(change))
    ):
        return "tab"
    if "toggle=tab" in candidate.data or "toggle=pill" in candidate.data:
        return "tab"
    alike = siblings > 1 and (candidate.expanded or candidate.reason == "declared")
    return "accordion" if alike else "disclosure"


def _sets_language(candidate: Candidate, change: Change) -> bool:
    """Whether words took the place of other words by a trigger that is called as a language is."""
    return bool(_LANGUAGES.match(candidate.name)) and bool(change.added_texts) and bool(change.removed_texts)


def _closing(candidate: Candidate, change: Change, siblings: int) -> str:
    root = largest(change.left)
    if root and (root.is_dialog or (root.held and root.overlay)):
        return "overlay"
    if candidate.expanded:
        return "accordion"
    if _CLOSES.match(candidate.name):
        return "overlay"
    return "filter" if siblings > 1 and not candidate.pressed and len(change.left) > 1 else "disclosure"


def _slides(candidate: Candidate, change: Change) -> bool:
    if any(root.slide for root in change.roots) and not _same_words(change):
        return True
    return bool(change.added and change.removed and _CAROUSEL.search(candidate.classes + " " + candidate.data))


def _menu_like(candidate: Candidate, root: Root | None) -> bool:
    if not root:
        return False
    if candidate.hovers and not root.links and root.role not in _MENUS:
        return False
    if root.role in _MENUS or candidate.popup in ("true", "menu", "listbox"):
        return True
    named = _MENU.search(f"{root.classes} {root.id} {candidate.classes} {candidate.name}")
    return root.links >= 2 and (root.overlay != "" or candidate.hovers or bool(named))


def _overlay(root: Root, window: tuple[int, int]) -> str:
    return "dialog" if _covers(root, window) else "popover"


def _covers(root: Root, window: tuple[int, int]) -> bool:
    return root.overlay == "fixed" and root.w * root.h >= 0.25 * window[0] * window[1]


def _same_words(change: Change) -> bool:
    """Whether what came says only what went: it lies elsewhere."""
    return bool(change.added_texts) and not change.images and {*change.added_texts} == {*change.removed_texts}


def _swapped(change: Change) -> bool:
    """Whether what came lies where something went."""
    came, went = largest(change.roots), largest(change.left)
    return came is not None and went is not None and abs(came.left - went.left) < 40 and abs(came.top - went.top) < 12


def largest(roots: Iterable[Root]) -> Root | None:
    """The root that takes the most of the page."""
    return max(roots, key=lambda root: root.w * root.h, default=None)


@dataclass(frozen=True)
class Named:
    """Kind and name of a state."""

    kind: str
    label: str


def name_of(candidate: Candidate, change: Change, siblings: int, window: tuple[int, int]) -> Named:
    """Kind and name of the state that a trigger leads to; slides are numbered by the caller."""
    kind = kind_of(candidate, change, siblings, window)
    return Named(kind, label_of(kind, candidate, change))


def label_of(kind: str, candidate: Candidate, change: Change, number: int = 0) -> str:
    """The name that a person would give the state. `number` counts slides from 1."""
    root = largest(change.roots)
    name = candidate.name
    if not _WORD.search(name):
        said = (root.label, root.heading, root.line) if root else ()
        name = next((one for one in said if _WORD.search(one)), "") or _spelled(candidate) or name
    if candidate.reason == "more":
        name = next((one for one in change.new_texts if _WORD.search(one)), "") or "scrolled on"
    if candidate.reason == "field":
        name = candidate.name or candidate.selector.rpartition("#")[2]
    if kind == "carousel":
        return f"Slide {number}"
    if candidate.reason == "select" and kind == "other":
        return f"Option: {_short(name)}"
    if kind == "step" and root:
        return f"Step: {_short(root.heading or root.text)}"
    if candidate.reason == "late" and root:
        name = root.dialog or root.label or root.heading or root.text[:60]
        return f"{'Dialog' if kind == 'dialog' else 'Notice'}: {_short(name)}"
    if kind == "dialog" and root:
        name = root.dialog or root.heading or name
    if kind == "overlay":
        gone = largest(change.left)
        name = (gone.dialog or gone.label or gone.heading or gone.text if gone else "") or candidate.name
    lead = NAMES.get(kind, "After")
    if name.rstrip().endswith("?") and kind in ("details", "accordion", "disclosure"):
        lead = "FAQ"
    if kind in ("theme", "language", "filter"):
        return f"{lead}: {_short(name)}"
    if candidate.pressed and kind in ("other", "disclosure") and candidate.at == candidate.selector:
        lead = "Off" if candidate.pressed == "true" else "On"
    elif not change.added and change.removed and kind != "overlay":
        lead = "Closed"
    return f"{lead}: {_short(name) or candidate.selector}"


def _spelled(candidate: Candidate) -> str:
    """Words from what the trigger is called in the page: `searchDropdown` is "search dropdown"."""
    last = candidate.selector.rpartition("#")[2] if "#" in candidate.selector else ""
    word = candidate.target or (last if re.fullmatch(r"[\w-]+", last) else "")
    return " ".join(re.sub(r"([a-z])([A-Z])", r"\1 \2", word).replace("-", " ").replace("_", " ").split()).lower()


def _short(name: str) -> str:
    text = " ".join(name.split())
    return text if len(text) <= 60 else text[:59].rstrip() + "…"


def state_id(kind: str, label: str, change: Change) -> str:
    """`<kind>-<slug of label>-<4 hex of what it reveals>`: the same on the next capture, and at other viewports."""
    words = label.partition(": ")[2] or label
    slug = re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")[:40].rstrip("-")
    shown = (
        sorted(change.new_texts)
        or sorted(set(change.added_texts))
        or sorted(set(change.images))
        or sorted(set(change.removed_texts))
    )
    digest = hashlib.sha256("\n".join([kind, *shown]).encode()).hexdigest()[:4]
    return "-".join(part for part in (kind, slug, digest) if part)
