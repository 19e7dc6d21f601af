"""`heatreel doctor`: what is there and what is missing on this machine."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from heatreel.app.options import Browser, Json
from heatreel.app.talk import print_json, say


def doctor(
    browser: Browser = None,
    only: Annotated[str, typer.Option("--only", metavar="NAME", help="Look at one thing, such as browser.")] = "",
    json: Json = False,
) -> None:
    """Say what Heatreel needs, what it found, and what to do about the rest (exit code 3)."""
    from heatreel.capture.doctor import checks
    from heatreel.core.errors import InputError
    from heatreel.core.version import DOCUMENT_VERSION, tool_version

    found = checks(browser)
    looked = [check for check in found if only in ("", check.name)]
    if not looked:
        raise InputError(f"--only {only}: there are {', '.join(check.name for check in found)}")
    if json:
        print_json(
            {"version": DOCUMENT_VERSION, "heatreel": tool_version(), "checks": [asdict(check) for check in looked]}
        )
    else:
        width = max(len(check.name) for check in looked)
        for check in looked:
            say(f"{'ok  ' if check.ok else 'MISS'}  {check.name:<{width}}  {check.found}", "" if check.ok else "bold")
            if not check.ok:
                say(f"      {'':<{width}}  {check.advice}")
    if not all(check.ok for check in looked):
        raise typer.Exit(3)
