"""What replay knows about a capture, handed in by the caller: overlays do not import replay."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from heatreel.core.element import Outline
from heatreel.core.hits import Hits, Ledger
from heatreel.core.state import Snapshot
from heatreel.overlays.context import NO_CONTEXT, Context


class Row(Protocol):
    """One clicked element of a snapshot, as `heatreel.replay.ranking.RankedElement` has it; shares are 0 to 1."""

    @property
    def index(self) -> int: ...
    @property
    def clicks(self) -> int: ...
    @property
    def click_share(self) -> float: ...
    @property
    def visits(self) -> int: ...
    @property
    def visit_share(self) -> float: ...
    @property
    def sessions(self) -> int: ...
    @property
    def first(self) -> int: ...
    @property
    def last(self) -> int: ...
    @property
    def dead(self) -> int: ...
    @property
    def rage(self) -> int: ...
    @property
    def error(self) -> int: ...


@dataclass(frozen=True)
class Evidence:
    """Hits and numbers over the snapshots of one capture, of everybody or of a segment (`where`, in words).

    `hits` gives the hits on a snapshot, `visits` those of its page at its viewport and variant in all states,
    `rank` the clicked elements of a snapshot, most clicks first. `context` gives what some kinds of layers need
    besides. `details` are those of the replay.
    """

    hits: Callable[[Snapshot], Hits]
    visits: Callable[[Snapshot], int]
    rank: Callable[[Snapshot, Outline, Hits], Sequence[Row]]
    ledger: Ledger
    where: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)
    context: Callable[[Snapshot, Hits], Context] = lambda _snapshot, _hits: NO_CONTEXT
