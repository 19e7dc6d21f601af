"""Kind and name of a state, from its trigger and from what the trigger changed."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

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
    "other": "After",
}
"""What a label starts with, by kind."""

_MENU = re.compile(r"\b(menu|nav|dropdown|drop-down|submenu|navbar)", re.I)
_CLOSES = re.compile(r"^(close|dismiss|hide|accept|reject|decline|agree|allow|got it|ok|okay|no thanks|×|✕|✖)", re.I)
_TABBY = re.compile(r"\b(tab|tabs|pill|pills|segment)", re.I)
_CAROUSEL = re.compile(r"carousel|slider|swiper|slick|splide|glide|slideshow|owl-|slide-to|bs-slide", re.I)


_WORD = re.compile(r"[^\W\d_]{2}|[\u3040-\u9fff]")
_CALENDAR = re.compile(r"calendar|date-?picker|datepicker|flatpickr|timepicker|colorpicker|color-picker", re.I)


def calendar(change: Change) -> bool:
    """Whether a calendar or the like opened: its months go on for ever, and none is a state of its own."""
    return any(_CALENDAR.search(f"{root.classes} {root.id}") for root in change.roots)


def kind_of(candidate: Candidate, change: Change, siblings: int, window: tuple[int, int]) -> str:
    """The kind of the state that a trigger leads to.

    `siblings`: how many candidates are structurally like it, itself included; `window`: viewport in CSS px.
    """
    root = largest(change.roots)
    if candidate.reason == "summary":
        return "details"
    if candidate.reason == "select" or not (change.added or change.removed):
        return "other"
    if not change.added:
        return _closing(candidate, change)
    if root and root.is_dialog:
        return "dialog"
    if candidate.role == "tab" or candidate.tablist:
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
    if not candidate.expanded and (
        _TABBY.search(f"{candidate.classes} {candidate.around}") or (siblings > 1 and _swapped(change))
    ):
        return "tab"
    if "toggle=tab" in candidate.data or "toggle=pill" in candidate.data:
        return "tab"
    alike = siblings > 1 and (candidate.expanded or candidate.reason == "declared")
    return "accordion" if alike else "disclosure"


def _closing(candidate: Candidate, change: Change) -> str:
    root = largest(change.left)
    if root and (root.is_dialog or root.overlay in ("fixed", "absolute", "top")):
        return "overlay"
    if candidate.expanded:
        return "accordion"
    return "overlay" if _CLOSES.match(candidate.name) else "disclosure"


def _slides(candidate: Candidate, change: Change) -> bool:
    if any(root.slide for root in change.roots):
        return True
    return bool(change.added and change.removed and _CAROUSEL.search(candidate.classes + " " + candidate.data))


def _menu_like(candidate: Candidate, root: Root | None) -> bool:
    if not root:
        return False
    if root.role in ("menu", "listbox", "tree", "menubar") or candidate.popup in ("true", "menu", "listbox"):
        return True
    named = _MENU.search(f"{root.classes} {root.id} {candidate.classes} {candidate.name}")
    return root.links >= 2 and (root.overlay != "" or candidate.hovers or bool(named))


def _overlay(root: Root, window: tuple[int, int]) -> str:
    covers = root.w * root.h >= 0.25 * window[0] * window[1]
    return "dialog" if covers and root.overlay == "fixed" else "popover"


def _swapped(change: Change) -> bool:
    """Whether what came lies where something went."""
    came, went = largest(change.roots), largest(change.left)
    return came is not None and went is not None and abs(came.left - went.left) < 40 and abs(came.top - went.top) < 12


def largest(roots: Iterable[Root]) -> Root | None:
    """The root that takes the most of the page."""
    return max(roots, key=lambda root: root.w * root.h, default=None)


def label_of(kind: str, candidate: Candidate, change: Change, number: int = 0) -> str:
    """The name that a person would give the state. `number` counts slides from 1."""
    root = largest(change.roots)
    name = candidate.name
    if not _WORD.search(name):
        name = (root.label or root.heading or root.text[:40] if root else "") or name or candidate.target
    if candidate.reason == "field":
        name = candidate.name or candidate.selector.rpartition("#")[2]
    if kind == "carousel":
        return f"Slide {number}"
    if candidate.reason == "select":
        return f"Option: {_short(name)}"
    if kind == "dialog" and root:
        name = root.dialog or root.heading or name
    if kind == "overlay":
        gone = largest(change.left)
        name = (gone.dialog or gone.label or gone.heading or gone.text if gone else "") or candidate.name
    lead = NAMES.get(kind, "After")
    if name.rstrip().endswith("?") and kind in ("details", "accordion", "disclosure"):
        lead = "FAQ"
    if not change.added and change.removed and kind != "overlay":
        lead = "Closed"
    return f"{lead}: {_short(name) or candidate.selector}"


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
