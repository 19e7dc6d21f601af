"""Progress bars on standard error: none when it is not a terminal or with `-q`."""

from __future__ import annotations

from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from heatreel.app.talk import talk


def bars(wanted: bool = True) -> Progress:
    """Bars for the steps of a long job, to be used as a context."""
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=talk(),
        disable=not wanted or talk().quiet or not talk().is_terminal,
    )
