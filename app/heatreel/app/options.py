"""Options that several commands share, each defined once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

WorkspaceFolder = Annotated[
    Path,
    typer.Option("-w", "--workspace", envvar="HEATREEL_WORKSPACE", metavar="DIR", help="Folder of the workspace."),
]
DEFAULT_FOLDER = Path(".heatreel")

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on standard output.")]
Label = Annotated[str, typer.Option("--label", metavar="LABEL", help="Capture to use; the newest when left out.")]
ConfigFile = Annotated[
    Path | None,
    typer.Option("--config", metavar="FILE", help="Configuration; heatreel.toml of this folder when there is one."),
]
Browser = Annotated[
    str | None,
    typer.Option("--browser", metavar="PATH", help="Browser to start; found by itself when left out."),
]
Viewports = Annotated[
    list[str] | None,
    typer.Option(
        "--viewport",
        metavar="NAME=WxH[@DPR][,touch]",
        help="Viewport in CSS px, repeatable. Default: desktop=1440x900, tablet=820x1180,touch, mobile=390x844,touch.",
    ),
]
Where = Annotated[
    list[str] | None,
    typer.Option(
        "--where", metavar="KEY=VALUE", help="Only events of this segment: =, !=, ~ (glob), <, >; all must hold."
    ),
]
