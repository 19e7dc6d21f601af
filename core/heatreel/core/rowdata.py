"""What the rows of a batch say: types of events and their data, by the codes and letters of the wire.

The wire is described in `heatreel.capture.collector.rows`; the words here are those of `heatreel.core.session`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from heatreel.core.session import Target

POINTERS = {"m": "mouse", "t": "touch", "p": "pen", "k": "key", "s": "script"}
"""What pressed, by its letter on the wire."""

EFFECTS = {
    "m": "mutation",
    "n": "navigation",
    "s": "scroll",
    "f": "focus",
    "t": "selection",
    "w": "window",
    "i": "input",
    "c": "clipboard",
    "d": "download",
    "p": "chooser",
    "r": "request",
}
"""What followed a click, by its letter on the wire."""

MODIFIED, DISABLED, MASKED = 1, 4, 8
"""Flags of a click: with a modifier key; on a disabled control; in a part of the page that is masked."""

TYPES = {
    "v": "view",
    "c": "click",
    "m": "move",
    "s": "scroll",
    "f": "focus",
    "r": "resize",
    "h": "visibility",
    "e": "error",
    "x": "effect",
    "z": "state",
    "o": "exposure",
    "g": "goal",
    "p": "property",
    "q": "request",
    "l": "vital",
    "n": "vital",
    "a": "",  # see _ACTS
}
_ACTS = {
    "dblclick": "double",
    "auxclick": "secondary",
    "copy": "clipboard",
    "cut": "clipboard",
    "paste": "clipboard",
}
"""Types of the acts that are not called as on the wire."""
_PUSHED = frozenset({"submit", "button", "reset", "image"})
_CHOOSERS = frozenset({"file", "color", "date", "datetime-local", "month", "time", "week"})
_SET = frozenset({"checkbox", "radio", "range", "hidden"})


def click(rest: list[Any]) -> tuple[str, dict[str, Any]]:
    """Type and data of a click, from what follows its place."""
    pointer, flags, *hover_ms = rest
    pointer = POINTERS.get(pointer, "")
    data: dict[str, Any] = {"pointer": pointer, "trusted": pointer != "script"}
    for name, flag in (("modified", MODIFIED), ("disabled", DISABLED), ("masked", MASKED)):
        if flags & flag:
            data[name] = True
    if hover_ms and hover_ms[0] is not None:
        data["hover_ms"] = hover_ms[0]
    return "tap" if pointer == "touch" else "click", data


def act(what: str, p: float = 0, q: float = 0) -> tuple[str, dict[str, Any]]:
    """Type and data of an act; `p` and `q` are what it makes of them."""
    data: dict[str, Any] = {}
    match what:
        case "drag":
            data = {"to": [p, q]}
        case "hover":
            data = {"dwell_ms": p}
        case "auxclick":
            data = {"button": int(p)}
        case "copy" | "cut" | "paste":
            data = {"how": what}
    return _ACTS.get(what, what), data


def answered(effects: Mapping[str, Any], target: Target | None) -> Mapping[str, Any]:
    """The effects of a click, with what the browser itself does on such a target and no page event tells.

    A field takes the focus, even when it has it already; some controls open a chooser, or play; a mail link opens a
    program. That a button takes the focus is no answer.
    """
    if not effects or not target:
        return effects
    kinds = [kind for kind in effects["effects"] if kind != "focus" or target.type not in _PUSHED]
    own = _own_effect(target)
    if own and own not in kinds:
        return {"effects": [*kinds, own], "effect_ms": effects["effect_ms"] if kinds else 0}
    return {"effects": kinds, "effect_ms": effects["effect_ms"] if kinds else None}


def _own_effect(target: Target) -> str:
    if target.href in ("mailto:", "tel:"):
        return "window"
    if target.tag == "select" or (target.tag == "input" and target.type in _CHOOSERS):
        return "chooser"
    if target.tag in ("video", "audio"):
        return "input"
    field = target.tag == "textarea" or (target.tag == "input" and target.type not in _PUSHED | _SET)
    return "focus" if field else ""


def said(text: str) -> dict[str, Any]:
    """A fault's words, and the signature by which the same fault is known again."""
    return {"signature": hashlib.sha256(text.encode()).hexdigest()[:12], "message": text}


def effects_of(raw: list[Any]) -> dict[str, Any]:
    """What followed a click. An empty list: the page was watched and nothing did. `effect_ms` is None then."""
    kinds = [EFFECTS[letter] for letter in raw[4] if letter in EFFECTS]
    return {"effects": kinds, "effect_ms": raw[5] if kinds else None}
