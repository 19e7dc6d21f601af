"""What a capture is asked to do."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from heatreel.core.routes import RouteTable
from heatreel.core.state import Action
from heatreel.core.viewport import DEFAULT_VIEWPORTS, Viewport

Pairs = tuple[tuple[str, str], ...]
"""Names and values, in order."""


@dataclass(frozen=True)
class Bounds:
    """Limits in seconds, screens and CSS px that hold whatever a page does.

    `page_s` is the time of one page in one viewport; what the page yields adds to it, see `deadline.py`.
    """

    page_s: float = 10
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
class Login:
    """A login by form, done once before the capture; `until` is there when it has worked."""

    url: str
    steps: tuple[Action, ...] = field(repr=False)
    until: str


@dataclass(frozen=True)
class Access:
    """How the capture gets in. Nothing of it is ever kept in the workspace, said in a message or given to another
    site than the one that is captured."""

    storage_state: Path | None = field(default=None, repr=False)
    headers: Pairs = field(default=(), repr=False)
    cookies: Pairs = field(default=(), repr=False)
    credentials: tuple[str, str] | None = field(default=None, repr=False)
    login: Login | None = None


@dataclass(frozen=True)
class Arm:
    """A variant, and what makes a page show it. `rule` is a selector that is there in this arm only."""

    name: str = ""
    pages: tuple[str, ...] = ()
    cookies: Pairs = field(default=(), repr=False)
    headers: Pairs = field(default=(), repr=False)
    query: Pairs = ()
    local_storage: Pairs = field(default=(), repr=False)
    rule: str = ""


@dataclass(frozen=True)
class Asked:
    """A state that is asked for by its recipe: by hand, by an earlier capture, or by what visitors did.

    `viewports` and `variants` name those it is for; none means all. `source` says who asks, for messages.
    """

    page: str
    name: str
    recipe: tuple[Action, ...]
    source: str
    id: str = ""
    kind: str = "given"
    viewports: tuple[str, ...] = ()
    variants: tuple[str, ...] = ()
    settings: tuple[tuple[str, str], ...] = ()
    sketch: str = ""
    url: str = ""

    def wanted(self, page: str, viewport: str, variant: str) -> bool:
        return (
            page == self.page
            and (not self.viewports or viewport in self.viewports)
            and (not self.variants or variant in self.variants)
        )


@dataclass(frozen=True)
class CaptureOptions:
    """Options of `heatreel capture`; see the command line for what each means."""

    viewports: tuple[Viewport, ...] = DEFAULT_VIEWPORTS
    label: str = "default"
    arms: tuple[Arm, ...] = (Arm(),)
    site: str = "default"
    states: str = "auto"
    asked: tuple[Asked, ...] = ()
    max_states: int = 40
    depth: int = 2
    routes: str = "auto"
    sitemap: str = ""
    max_pages: int = 20
    table: RouteTable = field(default_factory=RouteTable)
    access: Access = Access()
    hide: tuple[str, ...] = ()
    mask: tuple[str, ...] = ()
    wait_for: str = ""
    workers: int = 1
    rate: float = 10
    memory_mb: int = 1500
    as_visitor: bool = False
    public_only: bool = False
    scheme: str = "light"
    media: str = "screen"
    forced_colors: bool = False
    clock: str = ""
    browser: str | None = None
    resume: bool = False
    replace: bool = False
    learn: bool = False
    reuse: str = ""
    bounds: Bounds = Bounds()

    def asking(self, more: tuple[Asked, ...]) -> CaptureOptions:
        """With more states that are asked for by their recipe."""
        return replace(self, asked=(*self.asked, *more))

    def as_json(self) -> dict[str, Any]:
        """What to keep with the capture. How it got in stays out, but for which ways were used."""
        access = self.access
        ways = {
            "storage_state": access.storage_state,
            "headers": access.headers,
            "cookies": access.cookies,
            "credentials": access.credentials,
            "login": access.login,
        }
        record = asdict(self) | {
            "viewports": [str(viewport) for viewport in self.viewports],
            "arms": [arm.name for arm in self.arms],
            "access": [name for name, given in ways.items() if given],
        }
        del record["asked"], record["browser"]
        return record
