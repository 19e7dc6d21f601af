"""What a capture is asked to do."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from heatreel.core.routes import RouteTable
from heatreel.core.viewport import DEFAULT_VIEWPORTS, Viewport


@dataclass(frozen=True)
class Bounds:
    """Limits in seconds, screens and CSS px that hold whatever a page does."""

    load_s: float = 15
    settle_s: float = 8
    call_s: float = 10
    act_s: float = 2.5
    explore_s: float = 90
    sweep_screens: int = 5
    sweep_px: int = 30_000
    picture_px: int = 50_000
    candidates: int = 250


@dataclass(frozen=True)
class CaptureOptions:
    """Options of `heatreel capture`; see the command line for what each means."""

    viewports: tuple[Viewport, ...] = DEFAULT_VIEWPORTS
    label: str = "default"
    variant: str = ""
    site: str = "default"
    states: str = "auto"
    max_states: int = 40
    depth: int = 2
    routes: str = "auto"
    max_pages: int = 20
    table: RouteTable = field(default_factory=RouteTable)
    storage_state: Path | None = None
    hide: tuple[str, ...] = ()
    mask: tuple[str, ...] = ()
    wait_for: str = ""
    workers: int = 1
    browser: str | None = None
    resume: bool = False
    replace: bool = False
    bounds: Bounds = Bounds()

    def as_json(self) -> dict[str, Any]:
        """What to keep with the capture; the storage state's path stays out, it may name a person."""
        record = asdict(self) | {"viewports": [str(viewport) for viewport in self.viewports]}
        record["storage_state"] = self.storage_state is not None
        return record
