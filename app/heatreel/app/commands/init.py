"""`heatreel init`: writes a commented `heatreel.toml`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from heatreel.app.talk import say

TEMPLATE = """\
# Heatreel's configuration. All keys are optional; unknown ones are refused. Lengths are CSS px.

[site]
# Name of the site in the workspace.
name = "default"
# Families of URLs that are one page: {slug} stands for one part of a path.
routes = [
    # "/product/{slug}",
]
# Query keys that make another page. All others are dropped.
query = []

[capture]
# NAME=WxH[@DPR][,touch]. Left out: desktop=1440x900, tablet=820x1180,touch and mobile=390x844,touch.
# viewports = ["desktop=1440x900", "mobile=390x844@2,touch"]
# CSS selectors of what must not be seen (hide) or read (mask).
hide = []
mask = []
# CSS selector that must be there before the page counts as settled.
wait_for = ""
# At most so many states of each page and viewport, and actions in a row.
max_states = 40
depth = 2
# At most so many pages, found by links within the site.
max_pages = 20
"""


def init(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where to write it.")] = Path("heatreel.toml"),
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there.")] = False,
) -> None:
    """Write a commented heatreel.toml."""
    from heatreel.core.blobs import write_atomic
    from heatreel.core.errors import InputError

    if file.exists() and not force:
        raise InputError(f"{file}: is there already; --force writes over it")
    write_atomic(file, TEMPLATE.encode())
    say(f"wrote {file}")
