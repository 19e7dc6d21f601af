"""Scripts for `heatreel record`: what a tester does on a page, one act a line.

    # a comment
    click #menu
    type #search warm jacket
    press Enter
    scroll 1200
    wait 500

An act is a word, for most a CSS selector (in quotation marks when it holds blanks), and the rest of the line.
"""

from __future__ import annotations

import shlex
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from heatreel.core.errors import CannotRun, InputError

if TYPE_CHECKING:
    from playwright.async_api import Page


@dataclass(frozen=True, slots=True)
class Act:
    """One line of a script: its number, the word, and what follows it."""

    line: int
    word: str
    values: tuple[str, ...]


def read_acts(path: Path) -> list[Act]:
    """The acts of a script. Raises `InputError` that names the file and line of what cannot be read."""
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as exc:
        raise InputError(f"{path}: cannot be read ({exc})") from exc
    acts = [act for number, line in enumerate(text.splitlines(), 1) if (act := _act(path, number, line))]
    if not acts:
        raise InputError(f"{path}: holds no act; one a line, for example: click #menu")
    return acts


def _act(path: Path, number: int, line: str) -> Act | None:
    try:
        words = shlex.split(line.strip()) if not line.lstrip().startswith("#") else []
    except ValueError as exc:
        raise InputError(f"{path}: line {number}: {exc}") from exc
    if not words:
        return None
    word, values = words[0], words[1:]
    if word not in _ACTS:
        raise InputError(f"{path}: line {number}: {word!r} is no act; there are {', '.join(sorted(_ACTS))}")
    wanted, _ = _ACTS[word]
    if word == "type" and len(values) > wanted:
        values = [values[0], " ".join(values[1:])]
    if len(values) != wanted:
        raise InputError(f"{path}: line {number}: {word} takes {wanted} value{'s' * (wanted != 1)}, not {len(values)}")
    if word in ("scroll", "wait") and not values[0].lstrip("-").isdigit():
        raise InputError(f"{path}: line {number}: {word} takes a whole number, not {values[0]!r}")
    return Act(number, word, tuple(values))


async def do(page: Page, act: Act, script: Path) -> None:
    """Does an act on a page, within 10 s. Raises `CannotRun` that names its line when it cannot be done."""
    from playwright.async_api import Error

    try:
        await _ACTS[act.word][1](page, *act.values)
    except Error as exc:
        line = next(iter(exc.message.strip().splitlines()), "")
        raise CannotRun(f"{script}: line {act.line}: {act.word} {' '.join(act.values)}: {line}") from exc


async def _drag(page: Page, start: str, end: str) -> None:
    await page.locator(start).drag_to(page.locator(end))


async def _type(page: Page, selector: str, text: str) -> None:
    await page.locator(selector).click()
    await page.keyboard.type(text)


_ACTS: dict[str, tuple[int, Callable[..., Awaitable[object]]]] = {
    "click": (1, lambda page, selector: page.locator(selector).click()),
    "dblclick": (1, lambda page, selector: page.locator(selector).dblclick()),
    "tap": (1, lambda page, selector: page.locator(selector).tap()),
    "hover": (1, lambda page, selector: page.locator(selector).hover()),
    "drag": (2, _drag),
    "type": (2, _type),
    "press": (1, lambda page, key: page.keyboard.press(key)),
    "scroll": (1, lambda page, px: page.mouse.wheel(0, int(px))),
    "goto": (1, lambda page, url: page.goto(urljoin(page.url, url))),
    "back": (0, lambda page: page.go_back()),
    "wait": (1, lambda page, ms: page.wait_for_timeout(int(ms))),
}
