"""The scripts that the capture puts into a page: its own (`inpage/*.js`) and the page model (`bundles/page.js`)."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files

from heatreel.core.errors import CannotRun

_FILES = ("watch.js", "settle.js", "see.js", "find.js", "hover.js", "act.js", "describe.js", "compare.js")


@cache
def _bundle(name: str) -> str:
    try:
        text = (files("heatreel.capture") / "bundles" / name).read_text("utf-8")
    except OSError:
        text = ""
    if not text:
        raise CannotRun(f"{name}, a browser half of heatreel, is not built: run `npm ci && npm run build`")
    return text


def page_model() -> str:
    """The built page model. Raises `CannotRun` that says how to build it."""
    return _bundle("page.js")


def keeping_script() -> str:
    """The script that says the DOM of a page as rrweb-snapshot JSON. Raises `CannotRun` when it is not built."""
    return _bundle("keep.js")


def replaying_script() -> str:
    """The script that replays recordings of other tools. Raises `CannotRun` when it is not built."""
    return _bundle("replay.js")


def recorder_script() -> str:
    """The visitors' recorder. Raises `CannotRun` when it is not built."""
    return _bundle("recorder.js")


def more_script() -> str:
    """The second part of the recorder, a module. Raises `CannotRun` when it is not built."""
    return _bundle("more.js")


@cache
def init_script() -> str:
    """Everything that runs in each frame before the page's own scripts."""
    folder = files("heatreel.capture") / "inpage"
    own = "\n".join((folder / name).read_text("utf-8") for name in _FILES)
    return f"{own}\n{page_model()}"


def clock_script(moment: str) -> str:
    """A script by which the page's `Date` always says this moment (ISO 8601); "" leaves the clock alone.

    Timers run on: a page whose timers stand still would never come to rest.
    """
    if not moment:
        return ""
    return (
        f"(() => {{ const now = new Date({json.dumps(moment)}).getTime(); globalThis.Date = new Proxy(Date, {{"
        " apply: (Kind) => new Kind(now).toString(),"
        " construct: (Kind, given, made) => Reflect.construct(Kind, given.length ? given : [now], made),"
        " get: (Kind, name) => name === 'now' ? () => now : Reflect.get(Kind, name) }); })();"
    )


def hiding_script(hide: tuple[str, ...], mask: tuple[str, ...]) -> str:
    """A style sheet, from the document's start, that takes away what is to be hidden and covers what is masked."""
    rules = [f"{selector} {{ display: none !important }}" for selector in hide]
    rules += [f"{selector} {{ filter: brightness(0) !important }}" for selector in mask]
    if not rules:
        return ""
    return (
        "(() => { const sheet = new CSSStyleSheet(); "
        f"for (const rule of {json.dumps(rules)}) try {{ sheet.insertRule(rule, sheet.cssRules.length) }} catch {{}} "
        "document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet]; })();"
    )
