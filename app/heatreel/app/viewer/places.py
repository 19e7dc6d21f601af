"""Naming of a place in a question: capture, page, viewport, variant, state and segment."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlencode

from heatreel.app.viewer.data import Data
from heatreel.app.viewer.parameters import Parameters
from heatreel.app.viewer.slices import Slice
from heatreel.app.viewer.store import Store
from heatreel.core.element import Outline
from heatreel.core.hits import Hits
from heatreel.core.state import Snapshot

MOST_CONDITIONS = 32


@dataclass(frozen=True, eq=False)
class Chosen:
    """A snapshot with a segment of its capture's hits."""

    data: Data
    part: Slice
    snapshot: Snapshot
    outline: Outline

    @cached_property
    def hits(self) -> Hits:
        return self.part.hits(self.snapshot)

    @property
    def visits(self) -> int:
        return self.part.visits_at(self.snapshot)

    @property
    def words(self) -> list[tuple[str, str]]:
        """The parameters that name it."""
        one = self.snapshot
        named = [
            ("capture", self.data.capture.label), ("page", one.page), ("viewport", one.viewport.name),
            ("variant", one.variant), ("state", one.state.id),
        ]  # fmt: skip
        return [*((name, value) for name, value in named if value), *self.part.words]


def where_of(asked: Parameters) -> tuple[str, ...]:
    from heatreel.app.viewer.answers import Refused

    where = asked.all("where")
    if len(where) > MOST_CONDITIONS:
        raise Refused(400, f"is given more than {MOST_CONDITIONS} times", "where")
    return where


def data_of(store: Store, asked: Parameters) -> Data:
    return store.data(asked.text("capture"))


def slice_of(store: Store, asked: Parameters) -> Slice:
    """The segment that a question is about."""
    return store.slice(data_of(store, asked), where_of(asked))


def chosen_of(store: Store, asked: Parameters) -> Chosen:
    """The snapshot and segment that a question is about."""
    part = slice_of(store, asked)
    names = (asked.text(name) for name in ("page", "viewport", "state", "variant"))
    return chosen_at(store, part, store.snapshot(part.data, *names))


def chosen_at(store: Store, part: Slice, snapshot: Snapshot) -> Chosen:
    return Chosen(part.data, part, snapshot, store.outline(snapshot))


def address(path: str, words: Iterable[tuple[str, str]], token: str = "") -> str:
    """The address of something that depends on `words`; with a token it changes with the data."""
    query = urlencode([*words, *([("v", token)] if token else [])])
    return f"api/v1/{path}?{query}" if query else f"api/v1/{path}"
