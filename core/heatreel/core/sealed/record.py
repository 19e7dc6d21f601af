"""A session as it is sealed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from heatreel.core.batches import KnownDocument
from heatreel.core.session import Session


@dataclass(frozen=True, slots=True)
class SealedSession:
    """A session, when its first and its last batch came (epoch ms), and what its documents said, by name."""

    session: Session
    received_ms: tuple[int, int]
    documents: Mapping[str, KnownDocument]
