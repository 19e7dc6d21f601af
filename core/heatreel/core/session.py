"""Sessions, events and targets: what visitors did, from whatever source it came."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

# Events that happen somewhere on a page: they become hits, or get a reason why not.
PLACED_TYPES = ("view", "click", "tap", "move", "scroll", "focus", "hover", "gaze", "double", "drag")
# Events that explain others. They are counted, by type, and are not placed (some have a target all the same).
CONTEXT_TYPES = (
    "resize", "visibility", "error", "request", "vital", "effect", "state", "exposure", "goal", "property",
    "secondary", "change", "submit", "invalid", "select", "clipboard", "leave",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Target:
    """The fingerprint an event hit, sealed: texts are keyed hashes. See `SealedFingerprint` in the page model.

    `box` is x, y, width, height in page CSS px at the time of the first event. `key` is the same for the same
    fingerprint, in any session.
    """

    key: str
    selector: str
    tag: str = ""
    id: str = ""
    testid: str = ""
    type: str = ""
    field: str = ""
    role: str = ""
    href: str = ""
    src: str = ""
    classes: tuple[str, ...] = ()
    landmark: str = ""
    group_index: int = 0
    group_size: int = 1
    name_hash: str = ""
    name_sketch: str = ""
    text_hash: str = ""
    near_hashes: tuple[str, ...] = ()
    box: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
    position: str = ""
    interactive: bool = False


@dataclass(frozen=True, slots=True)
class SeenState:
    """The recorder's word on a state: settings of the switches by keyed hash, and the sketch."""

    settings: Mapping[str, str]
    sketch: str


@dataclass(frozen=True, slots=True)
class Event:
    """One thing a visitor did.

    `time_ms` is epoch milliseconds by the server's clock. `x`, `y` are page CSS px (for `scroll` of the page:
    the new scroll offset). `u`, `v` are the share of the target's box, 0 to 1. `viewport` is the layout
    viewport in CSS px. `data` holds what only one type has:

    - click, tap: `pointer`, `trusted`, `effects` (list of what followed), `effect_ms`, `hover_ms` (how long the
      pointer had been there), and where they hold `modified`, `disabled`, `masked`
    - hover: `dwell_ms`. drag: `to` (page px, where it ended). secondary: `button` (1 middle, 2 right)
    - view: `how` (load, route, back), `referrer` (host), `page_height`
    - error: `signature`, `message`. request (one that failed): the same and `status`
    - vital: `name`: `layout_shift` with `value` (the score), or `interaction` with `ms` and `click` (id, if any)
    - exposure (a part of the page, its target, was on screen): `ms`
    - clipboard: `how` (copy, cut, paste). resize: `dpr`, and `scale` of a pinch zoom
    """

    id: str
    session: str
    document: str
    type: str
    time_ms: float
    url: str
    viewport: tuple[int, int]
    x: float | None = None
    y: float | None = None
    u: float | None = None
    v: float | None = None
    target: Target | None = None
    state: SeenState | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Session:
    """One visitor's stay. Events are in the order in which they happened.

    `sampling` is the share of sessions that were recorded: each stands for 1 / `sampling`. `bot` says why it was
    not a person, by its user agent; `synthetic` that a program drove the browser. `visitor` is the same for several
    sessions of one visitor, where the site chose to have that.
    """

    id: str
    site: str
    started_ms: float
    viewport: tuple[int, int]
    dpr: float
    touch: bool
    language: str
    variant: str
    source: str
    events: tuple[Event, ...]
    properties: Mapping[str, str] = field(default_factory=dict)
    sampling: float = 1.0
    bot: str = ""
    synthetic: bool = False
    visitor: str = ""
