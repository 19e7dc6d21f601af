"""The truth of a demo: what the driver saw and did, read back from the file it wrote."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from heatreel.app.demo.panels import usual_panels
from heatreel.core.errors import InputError


@dataclass(frozen=True, slots=True)
class Click:
    """One click or tap of the truth. Lengths are CSS px; see `eyes.js` for what each key means.

    It was made between `time_ms` and `until_ms`, epoch ms of the visitor's clock and of the driver's.
    """

    tag: str
    session: str
    n: int
    type: str
    time_ms: float
    until_ms: float
    url: str
    viewport: str
    variant: str
    target: str
    path: str
    control: str
    x: float
    y: float
    u: float
    v: float
    height: float
    position: str
    scroller: str
    shown: frozenset[str]
    usual: frozenset[str]
    panels: Mapping[str, str]
    signal: str

    @property
    def opened(self) -> frozenset[str]:
        """Panels that the visitor had opened."""
        return self.shown - self.usual


@dataclass(frozen=True)
class Truth:
    """All clicks of a drive, its sessions, and the habits as they were dealt."""

    clicks: tuple[Click, ...]
    sessions: tuple[dict[str, Any], ...]
    habits: tuple[dict[str, Any], ...]

    @classmethod
    def load(cls, path: Path) -> Truth:
        """The truth that `driver.write_truth` wrote; raises `InputError` on other text."""
        try:
            lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
            kinds: dict[str, list[dict[str, Any]]] = defaultdict(list)
            for line in lines:
                kinds[line["line"]].append(line)
            sessions = {line["tag"]: line for line in kinds["session"]}
            panels = {(line["tag"], line["page"]): line["paths"] for line in kinds["panels"]}
            clicks = tuple(_click(line, sessions[line["tag"]], panels) for line in kinds["event"])
            habits = tuple(kinds["habits"][0]["dealt"])
        except (OSError, ValueError, KeyError, IndexError, TypeError) as exc:
            raise InputError(f"{path}: is not the truth of a demo ({exc!r})") from exc
        return cls(clicks, tuple(sessions.values()), habits)


def _click(line: dict[str, Any], session: dict[str, Any], panels: dict[tuple[str, str], dict[str, str]]) -> Click:
    paths = panels[line["tag"], line["page"]]
    mobile = "navigation: open" in paths
    return Click(
        tag=line["tag"],
        session=session["session"],
        n=line["n"],
        type=line["type"],
        time_ms=line["time"],
        until_ms=line["until"],
        url=line["url"],
        viewport=line["viewport"],
        variant=line["variant"],
        target=line["target"],
        path=line["path"],
        control=line["control"],
        x=line["x"],
        y=line["y"],
        u=line["u"],
        v=line["v"],
        height=line["height"],
        position=line["position"],
        scroller=line["scroller"],
        shown=frozenset(line["shown"]),
        usual=usual_panels(line["page"], mobile),
        panels=paths,
        signal=line["signal"],
    )
