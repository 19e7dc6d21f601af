"""Hits that did not fit into memory are those that went in, in their order."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from heatreel.core.hits import Hits
from heatreel.replay.spilling import SpilledHits


def some(first: int, count: int) -> Hits:
    number = np.arange(first, first + count)
    return Hits(
        event=np.array([f"event {one}" for one in number.tolist()], dtype=np.str_),
        session=number.astype(np.int32), visit=number.astype(np.int32), type=np.ones(count, np.uint8),
        signals=np.zeros(count, np.uint16), x=number.astype(np.float32), y=number.astype(np.float32),
        element=number.astype(np.int32), confidence=np.ones(count, np.float32), time_ms=number.astype(np.float64),
        signature=number.astype(np.int32),
    )  # fmt: skip


@given(st.lists(st.tuples(st.integers(1, 3), st.integers(0, 5)), max_size=20), st.integers(0, 12))
def test_any_split_between_memory_and_file_gives_the_same_hits(parts: list[tuple[int, int]], held: int) -> None:
    spilled = SpilledHits(held)
    wanted: dict[int, list[Hits]] = {}
    first = 0
    for key, count in parts:
        spilled.add(key, some(first, count))
        wanted.setdefault(key, []).append(some(first, count))
        first += count
    assert list(spilled) == list(wanted)
    for key, hits in spilled.items():
        joined = Hits.joined(wanted[key])
        for item in fields(Hits):
            assert np.array_equal(getattr(hits, item.name), getattr(joined, item.name)), item.name
    assert 99 not in spilled
    assert spilled.get(99) is None
