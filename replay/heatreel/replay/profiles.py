"""Profiles: what makes a click dead, raging, an error, a quick back and so on, as named sets of thresholds.

`default` is ours. The others follow what the vendors publish, in documentation or source, so that teams can reconcile
their numbers with a tool they know; the comment at each says what was read. A recorder reports one delay for all
that followed a click, so a vendor's limits for different kinds of effect are held against that one delay.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from math import inf, isinf
from typing import Any, Literal

from heatreel.core.errors import InputError

TEXT_FIELDS = ("textarea", "select", "input:text")
"""Tags where nothing visible need follow a click. `input:text` stands for inputs that are typed into."""

MEDIA = ("canvas", "video", "audio", "embed", "object", "iframe")


RULES = ("dead", "rage", "error", "quick_back", "hesitation", "thrashing", "near_miss")
"""The signals that have a rule; the first and the last click need none."""


@dataclass(frozen=True, slots=True)
class DeadRule:
    """A click is dead when the page was watched and none of the effects in `alive_ms` came in time (ms).

    `only_tags` and `skip_tags` choose which targets can be dead (tags, `input:text`, or `role=...`).
    `skip_links` leaves out all links. Another click on the same target within `repeat_ms` is not judged again.
    `background_share`: a target that does not act, is no picture, and covers more than this share of the window is
    background. `own_only`: what came after the next click in the document is that one's effect.
    """

    alive_ms: Mapping[str, float]
    only_tags: tuple[str, ...] = ()
    skip_tags: tuple[str, ...] = ()
    skip_links: bool = False
    skip_modified: bool = True
    skip_repeated: bool = True
    needs_name: bool = False
    repeat_ms: float = 0
    background_share: float = inf
    own_only: bool = False


@dataclass(frozen=True, slots=True)
class RageRule:
    """`clicks` in a row of one document, each near enough to the one before in time and place.

    `control_is_near`: two clicks on one control are near each other, however wide it is.
    `gap_ms` and `gap_px` bound neighbours, `span_ms` the first to the last of `clicks`, `spread_px` the sides of
    the box around all of them. `metric` measures `gap_px`. `dead_only`: one of the clicks must be dead. `cancelled_by`:
    an effect of any of them clears all. `responsive_share`: no rage when more than this share of the clicks did
    something (steppers, carousels). `marks`: all clicks of the row, or only the one that made the count full.
    """

    clicks: int
    gap_ms: float = inf
    gap_px: float = inf
    span_ms: float = inf
    spread_px: float = inf
    metric: Literal["euclidean", "manhattan"] = "euclidean"
    same_target: bool = False
    control_is_near: bool = False
    dead_only: bool = False
    only_tags: tuple[str, ...] = ()
    skip_tags: tuple[str, ...] = ()
    cancelled_by: tuple[str, ...] = ()
    responsive_share: float = 1.0
    marks: Literal["all", "full"] = "all"


@dataclass(frozen=True, slots=True)
class ErrorRule:
    """An error within `window_ms` after a click, before the next one, belongs to the click."""

    window_ms: float


@dataclass(frozen=True, slots=True)
class QuickBackRule:
    """A click that led, within `lead_ms`, to a page that was left for the page before after at most `stay_ms`."""

    stay_ms: float = 5000
    lead_ms: float = 5000


@dataclass(frozen=True, slots=True)
class HesitationRule:
    """A click before which the pointer was on the target for `least_ms` or more (and not for `most_ms`: gone away)."""

    least_ms: float = 3000
    most_ms: float = 60_000


@dataclass(frozen=True, slots=True)
class ThrashingRule:
    """`turns` turns back of the pointer within `span_ms`, each between legs of `leg_px` or more."""

    turns: int = 5
    span_ms: float = 2000
    leg_px: float = 40


@dataclass(frozen=True, slots=True)
class NearRule:
    """A click on nothing that acts, at most `px` (`touch_px` with a finger) outside of something that does."""

    px: float = 8
    touch_px: float = 16


@dataclass(frozen=True, slots=True)
class Profile:
    """The rules of one name. A vendor's profile lacks the signals that the vendor has not, or tells no numbers of."""

    name: str
    dead: DeadRule
    rage: RageRule
    error: ErrorRule = field(default_factory=lambda: ErrorRule(1000))
    quick_back: QuickBackRule | None = None
    hesitation: HesitationRule | None = None
    thrashing: ThrashingRule | None = None
    near_miss: NearRule | None = None

    def as_json(self) -> dict[str, Any]:
        """The thresholds; what has no bound is left out, and null in `alive_ms`, where any delay counts."""
        return {"profile": self.name} | {
            rule: {key: _plain(value) for key, value in asdict(getattr(self, rule)).items() if _says(value)}
            for rule in RULES
            if getattr(self, rule) is not None
        }


def _says(value: Any) -> bool:
    return value not in ((), "", False) and not (isinstance(value, float) and isinf(value))


def _plain(value: Any) -> Any:
    """JSON has no infinity and no tuples."""
    if isinstance(value, dict):
        return {key: None if isinf(limit) else limit for key, limit in value.items()}
    return list(value) if isinstance(value, tuple) else value


def _alive(**limits_ms: float) -> dict[str, float]:
    return limits_ms


_ANY = _alive(
    mutation=inf, navigation=inf, scroll=inf, focus=inf, selection=inf, window=inf, download=inf, chooser=inf,
    input=inf, media=inf, clipboard=inf,
)  # fmt: skip
_LEFT = {"navigation": inf, "window": inf, "download": inf, "chooser": inf}

_ACTING = ("a", "button", "input:button", "role=button", "role=link", "role=menuitem", "role=option", "role=tab")

PROFILES = {
    profile.name: profile
    for profile in (
        Profile(
            "default",
            DeadRule(
                alive_ms=_ANY,
                skip_tags=("html", "body", *TEXT_FIELDS, *MEDIA),
                background_share=0.5,
                own_only=True,
            ),
            # A stepper or a carousel answers each click; what makes people rage does not.
            # Two or three quick clicks on text select a word or a paragraph.
            RageRule(
                clicks=3,
                gap_ms=1000,
                gap_px=30,
                control_is_near=True,
                skip_tags=TEXT_FIELDS,
                cancelled_by=("selection",),
                responsive_share=0.5,
            ),
            quick_back=QuickBackRule(),
            hesitation=HesitationRule(),
            thrashing=ThrashingRule(),
            near_miss=NearRule(),
        ),
        # PostHog/posthog-js 9b2a1b18: extensions/rageclick.ts, entrypoints/dead-clicks-autocapture.ts. The limit is
        # "less than"; rage fires once, at the third click.
        Profile(
            "posthog",
            DeadRule(
                alive_ms=_alive(mutation=2500, scroll=100, selection=100, window=1000, navigation=inf),
                skip_tags=("html",),
                skip_links=True,
                skip_repeated=False,
                repeat_ms=1000,
            ),
            RageRule(clicks=3, gap_ms=999, gap_px=29, metric="manhattan", marks="full"),
        ),
        # getsentry/sentry-javascript f7a6cc0c: replay-internal/src/coreHandlers/handleClick.ts; getsentry/sentry:
        # replays/usecases/ingest/event_parser.py. Rage is a dead click with five or more clicks.
        Profile(
            "sentry",
            DeadRule(
                alive_ms={"mutation": 7000, "scroll": 300} | _LEFT,
                only_tags=("a", "button", "input:button"),
                skip_modified=False,
                skip_repeated=False,
                repeat_ms=1000,
            ),
            RageRule(
                clicks=5,
                span_ms=1000,
                same_target=True,
                dead_only=True,
                only_tags=("a", "button", "input:button"),
                marks="full",
            ),
        ),
        # DataDog/browser-sdk: rum-core/src/domain/action/{computeFrustration,createRageClickChain}.ts,
        # domain/waitPageActivityEnd.ts. Errors: those seen while the click was handled, at most 10 s.
        Profile(
            "datadog",
            DeadRule(
                alive_ms={"mutation": 100, "scroll": inf, "input": inf} | _LEFT,
                skip_tags=(*TEXT_FIELDS, "canvas"),
                skip_links=True,
                skip_modified=False,
                skip_repeated=False,
            ),
            RageRule(clicks=3, gap_ms=1000, gap_px=100, span_ms=1000, cancelled_by=("selection", "scroll")),
            ErrorRule(10_000),
        ),
        # openreplay/openreplay dbb68105: backend/pkg/handlers/web/{clickRage,deadClick}.go. No distance: the label
        # must be the same. Thrashing (tracker/modules/mouse.ts): more than 4 changes of direction in a tick of 225 ms;
        # its bound on acceleration needs samples that are nearer in time than a recorder sends.
        Profile(
            "openreplay",
            DeadRule(
                alive_ms={"mutation": 1233} | _LEFT,
                skip_tags=TEXT_FIELDS,
                skip_modified=False,
                skip_repeated=False,
                needs_name=True,
            ),
            RageRule(clicks=3, gap_ms=299, same_target=True, marks="full"),
            thrashing=ThrashingRule(turns=5, span_ms=225, leg_px=0),
        ),
        # amplitude/Amplitude-TypeScript: plugin-autocapture-browser (track-rage-click, track-dead-click) with the
        # constants of analytics-core: 4 clicks in 1000 ms since 2025, 5 in 3000 ms before.
        Profile(
            "amplitude",
            DeadRule(
                alive_ms={"mutation": 3000} | _LEFT,
                only_tags=_ACTING,
                skip_modified=False,
                skip_repeated=False,
            ),
            RageRule(clicks=4, span_ms=999, spread_px=50, same_target=True),
        ),
    )
}


def profile(name: str) -> Profile:
    """The profile of that name; raises `InputError` that lists the names there are."""
    if name not in PROFILES:
        raise InputError(f"no profile {name!r}; there are: {', '.join(PROFILES)}")
    return PROFILES[name]
