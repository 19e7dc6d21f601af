"""A made site for insights: pages of named elements, and visitors who do things at rates that are known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from heatreel.core.element import Element, Outline
from heatreel.core.hits import SIGNALS, TYPES, Hits
from heatreel.core.state import Action, Shown, Snapshot, State
from heatreel.core.viewport import Viewport
from heatreel.replay.insights.kept import nothing_kept
from heatreel.replay.insights.material import Material

DESKTOP = Viewport("desktop", 1440, 900)
PHONE = Viewport("phone", 390, 844, touch=True)


def element(index: int, selector: str, tag: str, box: tuple[float, float, float, float], **more: Any) -> Element:
    acts = tag in ("a", "button", "input", "summary")
    plain: dict[str, Any] = {"visible": True, "interactive": acts, "landmark": "main", "order": index, "parent": 0}
    values = plain | {"name": selector.lstrip("#")} | more
    return Element(index=index, tag=tag, nth=index + 1, selector=selector, box=box, **values)


def page_of(
    parts: Sequence[tuple[str, str, tuple[float, float, float, float], dict[str, Any]]], size: float
) -> Outline:
    """An outline: body, then parts given as selector, tag, box and more."""
    body = element(0, "body", "body", (0, 0, 1440, size), parent=-1, name="", landmark="", interactive=False)
    made = [element(at + 1, selector, tag, box, **more) for at, (selector, tag, box, more) in enumerate(parts)]
    return Outline(1440, size, (body, *made))


def shot(
    number: int, page: str, viewport: Viewport, size: int, state: State | None = None, variant: str = ""
) -> Snapshot:
    chosen = state or State("default", "Default", "default")
    return Snapshot(
        number, "made", page, f"https://made.test{page}", "", viewport, variant, chosen, 1440, size, "", "", ""
    )


def tab(name: str, opener: str, shows: str) -> State:
    return State(f"tab-{name}", f"Tab: {name}", "tab", (Action("click", opener),), "default", (Shown(shows),))


@dataclass
class Diary:
    """Rows of hits, written down one by one."""

    outlines: Sequence[Outline]
    rows: list[tuple[Any, ...]] = field(default_factory=list)
    sessions: list[dict[str, Any]] = field(default_factory=list)
    visits: int = 0
    now: float = 1e12

    def session(self, **more: Any) -> int:
        number = len(self.sessions)
        plain = {"session": f"s{number}", "height": 900, "variant": "", "source": "", "returning": None, "weight": 1.0}
        plain |= {"goals": [], "pages": [], "started_ms": self.now}
        self.sessions.append(plain | more)
        self.now += 60_000
        return number

    def visit(self, session: int, snap: int, deepest: float, *acts: Any) -> int:
        """A visit that saw down to `deepest`, with its acts: a selector clicked, or (selector, signals, snap)."""
        visit, self.visits = self.visits, self.visits + 1
        self._row(session, visit, snap, "view", -1, 0, 900.0)
        if deepest > 900:
            self._row(session, visit, snap, "scroll", -1, 0, deepest)
        for act in acts:
            selector, signals, where = (act, (), snap) if isinstance(act, str) else (*act, snap)[:3]
            of_element = self.outlines[where].by_selector[selector]
            bits = sum(1 << SIGNALS.index(name) for name in signals)
            self._row(session, visit, where, "click", of_element.index, bits, of_element.box[1] + 1)
        self._row(session, visit, snap, "scroll", -1, 0, 900.0)
        return visit

    def _row(self, session: int, visit: int, snap: int, kind: str, index: int, bits: int, y: float) -> None:
        self.now += 500
        self.rows.append((snap, session, visit, TYPES.index(kind), bits, 100.0, y, index, self.now))

    def hits(self) -> list[Hits]:
        table = np.array(self.rows, np.float64).reshape(-1, 9)
        weight = np.array([one["weight"] for one in self.sessions] or [1.0])
        whole = Hits(
            event=np.zeros(len(table), "U1"),
            session=table[:, 1].astype(np.int32),
            visit=table[:, 2].astype(np.int32),
            type=table[:, 3].astype(np.uint8),
            signals=table[:, 4].astype(np.uint16),
            x=table[:, 5].astype(np.float32),
            y=table[:, 6].astype(np.float32),
            element=table[:, 7].astype(np.int32),
            confidence=np.ones(len(table), np.float32),
            time_ms=table[:, 8],
            weight=weight[table[:, 1].astype(int)].astype(np.float32) if len(table) else np.zeros(0, np.float32),
        )
        return [whole.where(table[:, 0] == ordinal) for ordinal in range(len(self.outlines))]


def material(
    shots: Sequence[Snapshot], outlines: Sequence[Outline], diary: Diary, details: Mapping[str, Any] | None = None
) -> Material:
    return Material(shots, outlines, diary.hits(), diary.sessions, nothing_kept(), None, details)
