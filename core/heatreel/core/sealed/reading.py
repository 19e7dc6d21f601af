"""Sealed parts read: as the sessions they were made of, or a page's columns as arrays."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from heatreel.core.batches import KnownDocument, target_from_record
from heatreel.core.sealed.record import SealedSession
from heatreel.core.sealed.store import Store
from heatreel.core.session import Event, SeenState, Session, Target

if TYPE_CHECKING:
    import pyarrow as pa


class PartReader:
    """One sealed part. Raises `OSError`, `ValueError` or `pyarrow.ArrowException` when a table cannot be read."""

    def __init__(self, store: Store, part: str) -> None:
        self.store = store
        self.part = part

    def names(self) -> list[str]:
        """The ids of the sessions, in order."""
        return [str(name) for name in self._table("sessions", ["id"])["id"].to_pylist()]

    def received(self) -> list[tuple[str, int, int]]:
        """Id, arrival of the first and of the last batch (epoch ms) of each session."""
        table = self._table("sessions", ["id", "first_received_ms", "last_received_ms"])
        return list(zip(*(table[name].to_pylist() for name in table.column_names), strict=True))

    def sessions(self, wanted: set[str] | None = None) -> Iterator[SealedSession]:
        """The sessions in order, all of them or only those of these ids."""
        rows = self._table("sessions").to_pylist()
        targets, states = self._targets(), self._states()
        documents = self._documents(targets, states)
        numbers = [number for number, row in enumerate(rows) if wanted is None or row["id"] in wanted]
        events = _Events(self._events(numbers if wanted is not None else None), targets, states)
        for number in numbers:
            row, own = rows[number], documents.get(number, {})
            names = {place: name for place, (name, _known) in own.items()}
            session = _session(row, events.of(number, str(row["id"]), names))
            known = dict(own.values())
            yield SealedSession(session, (row["first_received_ms"], row["last_received_ms"]), known)

    def _table(self, name: str, columns: Sequence[str] | None = None) -> pa.Table:
        with self.store.read(self.part, name) as file:
            return file.read(columns=list(columns) if columns else None)

    def _events(self, sessions: Sequence[int] | None) -> pa.Table:
        import pyarrow as pa
        import pyarrow.compute as pc

        table = self._table("events")
        if sessions is None:
            return table
        return table.filter(pc.is_in(table["session"], pa.array(sessions, pa.int32())))

    def _targets(self) -> list[Target]:
        return [target_from_record(json.loads(text)) for text in self._table("targets", ["target"])[0].to_pylist()]

    def _states(self) -> list[SeenState]:
        return [SeenState(**json.loads(text)) for text in self._table("states")[0].to_pylist()]

    def _documents(
        self, targets: Sequence[Target], states: Sequence[SeenState]
    ) -> dict[int, dict[int, tuple[str, KnownDocument]]]:
        """Name and contents of each document by its number, by session."""
        found: dict[int, dict[int, tuple[str, KnownDocument]]] = {}
        for number, row in enumerate(self._table("documents").to_pylist()):
            told = {key: targets[place] for key, place in zip(row["target_numbers"], row["targets"], strict=True)}
            seen = {key: states[place] for key, place in zip(row["state_numbers"], row["states"], strict=True)}
            known = KnownDocument(told, seen, row["offset_ms"])
            found.setdefault(row["session"], {})[number] = (row["name"], known)
        return found


def read_columns(store: Store, parts: Sequence[str], urls: set[str] | None, names: Sequence[str]) -> dict[str, Any]:
    """Columns of the events on these URLs (of all, when None) as arrays, shape (n,), in the order of the parts.

    Row groups without one of the URLs are not read; parts are read side by side. Absent numbers are NaN (whole
    numbers: -1); `url`, `type` and `data` come as text.
    """
    if not parts:
        return {name: np.zeros(0) for name in names}
    with ThreadPoolExecutor(min(len(parts), os.cpu_count() or 1)) as pool:
        read = list(pool.map(lambda part: _part_columns(store, part, urls, names), parts))
    return {name: np.concatenate([one[name] for one in read]) for name in names}


def _part_columns(store: Store, part: str, urls: set[str] | None, names: Sequence[str]) -> dict[str, NDArray[Any]]:
    with store.read(part, "events") as file:
        groups = [group for group in range(file.metadata.num_row_groups) if _may_hold(file, group, urls)]
        if not groups:
            return {name: np.zeros(0) for name in names}
        wanted = list(dict.fromkeys([*names, *(["url"] if urls is not None else [])]))
        table = file.read_row_groups(groups, columns=wanted, use_threads=False)
    table = table if urls is None else _of_urls(table, urls)
    return {name: _array(table[name]) for name in names}


def _may_hold(file: Any, group: int, urls: set[str] | None) -> bool:
    if urls is None:
        return True
    told = file.metadata.row_group(group).column(0).statistics
    if told is None or not told.has_min_max:
        return True
    return any(told.min <= url <= told.max for url in urls)


def _of_urls(table: pa.Table, urls: set[str]) -> pa.Table:
    import pyarrow as pa

    masks = []
    for chunk in table["url"].chunks:
        codes = [code for code, url in enumerate(chunk.dictionary.to_pylist()) if url in urls]
        masks.append(np.isin(chunk.indices.to_numpy(), codes))
    kept = np.concatenate(masks) if masks else np.zeros(0, dtype=bool)
    rows = np.flatnonzero(kept)
    # Rows are sorted by URL, so that those of one lie together.
    if not len(rows) or rows[-1] - rows[0] + 1 == len(rows):
        return table.slice(rows[0] if len(rows) else 0, len(rows))
    return table.filter(pa.array(kept))


def _array(column: Any) -> NDArray[Any]:
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_dictionary(column.type) or pa.types.is_string(column.type):
        return np.array(column.to_pylist(), dtype=object)
    if column.null_count:
        column = pc.fill_null(column, pa.scalar(np.nan if pa.types.is_floating(column.type) else -1, column.type))
    found: NDArray[Any] = column.to_numpy()
    return found


class _Events:
    """The events of a part, ordered by session and place; those of one session are made when they are asked for."""

    def __init__(self, table: pa.Table, targets: Sequence[Target], states: Sequence[SeenState]) -> None:
        self.targets = targets
        self.states = states
        session, place = (table[name].to_numpy() for name in ("session", "place"))
        order = np.lexsort((place, session))
        self.session = session[order]
        self.columns = {name: table[name].combine_chunks().take(order) for name in table.column_names}

    def of(self, number: int, session: str, documents: Mapping[int, str]) -> tuple[Event, ...]:
        """The events of a session, by the names of its documents."""
        start, end = np.searchsorted(self.session, [number, number + 1])
        rows = {name: column.slice(start, end - start).to_pylist() for name, column in self.columns.items()}
        ids = rows.get("id") or [None] * int(end - start)
        return tuple(
            Event(
                id=own if own is not None else f"{session}/{documents[document]}/{number}",
                session=session,
                document=documents[document],
                type=kind,
                time_ms=float(time_ms),
                url=url,
                viewport=(width, height),
                x=x,
                y=y,
                u=u,
                v=v,
                target=None if target is None else self.targets[target],
                state=None if state is None else self.states[state],
                data=_data(data, hover_ms, effect_ms, click, f"{session}/{documents[document]}"),
            )
            for own, document, number, kind, time_ms, url, width, height, x, y, u, v, target, state, data, hover_ms,
            effect_ms, click in zip(ids, *(rows[name] for name in _ORDER), strict=True)
        )  # fmt: skip


_ORDER = (
    "document", "number", "type", "time_ms", "url", "width", "height", "x", "y", "u", "v", "target", "state", "data",
    "hover_ms", "effect_ms", "click",
)  # fmt: skip


def _data(
    text: str | None, hover_ms: int | None, effect_ms: int | None, click: int | None, document: str
) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(text) if text else {}
    if hover_ms is not None:
        data["hover_ms"] = hover_ms
    if effect_ms is not None:
        data["effect_ms"] = effect_ms
    if click is not None:
        data["click"] = f"{document}/{click}"
    return data


def _session(row: Mapping[str, Any], events: tuple[Event, ...]) -> Session:
    plain = ("id", "site", "started_ms", "dpr", "touch", "language", "variant", "source", "sampling", "bot",
             "synthetic", "visitor")  # fmt: skip
    values = {name: row[name] for name in plain}
    return Session(
        **values,
        viewport=(row["width"], row["height"]),
        properties=json.loads(row["properties"]),
        events=events,
        **json.loads(row["rest"]),
    )
