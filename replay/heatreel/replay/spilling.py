"""Hits of a replay while it runs: in memory as long as they are few, then in a nameless file, joined when asked for.

So ten million events need no more memory than a chunk of them and the hits of the snapshot that has the most.
"""

from __future__ import annotations

import tempfile
import weakref
from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import IO

import numpy as np

from heatreel.core.hits import Hits

HELD_HITS = 2_000_000
"""So many hits are held in memory (about 200 MB) before they are written to the file."""

_COLUMNS = tuple(item.name for item in fields(Hits))


class SpilledHits(Mapping[int, Hits]):
    """The hits of snapshots by key. Each look-up makes them anew, so look up once."""

    def __init__(self, held: int = HELD_HITS) -> None:
        self.held = held
        self._parts: dict[int, list[Hits]] = {}
        self._written: dict[int, list[int]] = {}
        self._count = 0
        self._file: IO[bytes] | None = None

    def add(self, key: int, hits: Hits) -> None:
        """More hits of a snapshot, after those that it has."""
        self._written.setdefault(key, [])
        self._parts.setdefault(key, []).append(hits)
        self._count += len(hits)
        if self._count > self.held:
            self._spill()

    def _spill(self) -> None:
        if self._file is None:
            self._file = tempfile.TemporaryFile()  # noqa: SIM115
            weakref.finalize(self, self._file.close)
        for key, parts in self._parts.items():
            self._written[key].append(self._file.seek(0, 2))
            joined = Hits.joined(parts)
            for name in _COLUMNS:
                np.lib.format.write_array(self._file, getattr(joined, name), allow_pickle=False)
        self._parts, self._count = {}, 0

    def _read(self, place: int) -> Hits:
        assert self._file is not None
        self._file.seek(place)
        return Hits(**{name: np.lib.format.read_array(self._file, allow_pickle=False) for name in _COLUMNS})

    def __getitem__(self, key: int) -> Hits:
        return Hits.joined([*map(self._read, self._written[key]), *self._parts.get(key, [])])

    def __iter__(self) -> Iterator[int]:
        return iter(self._written)

    def __len__(self) -> int:
        return len(self._written)
