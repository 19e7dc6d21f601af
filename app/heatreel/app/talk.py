"""What the command line says: data on standard output, talk on standard error."""

from __future__ import annotations

import json
import logging
import sys
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console


@cache
def talk() -> Console:
    """Standard error. Silent after `set_loudness(quiet=True)`, except for errors."""
    # rich takes longer to load than all the rest of `heatreel --help`.
    from rich.console import Console

    return Console(stderr=True, highlight=False, soft_wrap=True)


def set_loudness(verbose: bool, quiet: bool) -> None:
    """`-v` shows what is logged, `-q` leaves only errors."""
    if quiet:
        talk().quiet = True
    logging.basicConfig(
        level=logging.DEBUG if verbose else logging.WARNING,
        format="%(levelname)s %(name)s: %(message)s",
        stream=sys.stderr,
    )
    for noisy in ("asyncio", "PIL"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def say(text: str, style: str = "") -> None:
    """One line for people. Never interprets markup: the text may come from a page."""
    talk().print(text, style=style or None, markup=False)


def print_json(document: dict[str, Any]) -> None:
    """One JSON document on standard output."""
    json.dump(document, sys.stdout, ensure_ascii=False, indent=2)
    sys.stdout.write("\n")


def report_error(text: str) -> None:
    """The one line of an error; control characters of hostile names are shown, not obeyed."""
    clean = "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)
    sys.stderr.write(f"heatreel: {clean}\n")
