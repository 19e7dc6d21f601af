"""What some kinds of layers need besides the hits of their snapshot."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from heatreel.core.dwell import Watched
from heatreel.overlays.attention import Exposed
from heatreel.overlays.dots import Split


@dataclass(frozen=True, eq=False)
class Context:
    """The groups of confetti, the texts of error signatures, and (gathered when asked for) the hits of the page's
    other states, by which dwell is timed (left out, those of the snapshot), and what browsers measured themselves."""

    split: Split | None = None
    signatures: Sequence[str] = ()
    watched: Callable[[], Watched] | None = None
    exposed: Callable[[], Exposed] | None = None


NO_CONTEXT = Context()
