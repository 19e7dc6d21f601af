"""The `heatreel` command: parses, calls one function for each command, turns errors into a line and an exit code."""

from __future__ import annotations

import importlib
import keyword
import os
import sys
from typing import Annotated

import typer

from heatreel.app import talk
from heatreel.core.errors import HeatreelError

app = typer.Typer(
    name="heatreel",
    help="Captures a web page in every state, puts what people did there on the right element, paints the heat.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

COMMANDS = (
    "demo",
    "init",
    "capture",
    "states",
    "match",
    "serve",
    "record",
    "import",
    "replay",
    "hits",
    "export",
    "render",
    "sessions",
    "play",
    "report",
    "insights",
    "verify",
    "approve",
    "seal",
    "merge",
    "erase",
    "doctor",
)
"""In the order of the help. Each is the function of that name in `heatreel.app.commands` (`import_` for import)."""


def _show_version(wanted: bool) -> None:
    if wanted:
        from heatreel.core.version import tool_version

        typer.echo(f"heatreel {tool_version()}")
        raise typer.Exit


@app.callback()
def _common(
    verbose: Annotated[bool, typer.Option("-v", "--verbose", help="Say more.")] = False,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="Say only errors.")] = False,
    version: Annotated[  # noqa: ARG001
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    talk.set_loudness(verbose, quiet)


for _name in COMMANDS:
    _python = f"{_name}_" if keyword.iskeyword(_name) else _name
    _module = importlib.import_module(f"heatreel.app.commands.{_python}")
    app.command(_name)(getattr(_module, _python))


def run() -> None:
    """Entry point of the console script. Exit codes: 0 done, 1 differences, 2 wrong usage or input, 3 could not run."""
    try:
        app()
    except HeatreelError as exc:
        talk.report_error(str(exc))
        sys.exit(exc.exit_code)
    except KeyboardInterrupt:
        talk.report_error("stopped")
        sys.exit(130)
    except BrokenPipeError:
        # The reader of our output has left (`| head`). So that the interpreter's last flush does not complain:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)
