"""The verdicts on a demo's clicks in numbers: shares, distances, projection to other viewports, signals."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from heatreel.app.demo.judging import Page, Verdict, judge, pair, stands
from heatreel.app.demo.truth import Truth
from heatreel.core.element import Outline
from heatreel.core.hits import Hits
from heatreel.core.session import Session
from heatreel.core.state import Snapshot
from heatreel.core.workspace import Capture, Replay, Workspace


@dataclass(frozen=True)
class Score:
    """The verdicts of a replay in numbers. Shares are of all clicks of the truth; distances are CSS px."""

    clicks: int
    recorded: int
    extra: int
    placed: int
    right_state: int
    right_element: int
    right: int
    reasons: dict[str, int]
    median_px: float
    p95_px: float
    worst_px: float
    page_median_px: float
    page_p95_px: float
    page_clicks: int
    projected: int
    projected_inside: int
    signals: dict[str, dict[str, int]] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"right_share": self.share(self.right)}

    def error_px(self) -> dict[str, Any]:
        """The part that a replay keeps and a report prints, under the keys of `heatreel.replay.measure.Measured`."""
        return {
            "events": self.clicks,
            "placed": self.placed,
            "right_state": self.right_state,
            "right_element": self.right_element,
            "median": self.median_px,
            "p95": self.p95_px,
            "worst": self.worst_px,
        }

    def share(self, count: int) -> float:
        return round(count / self.clicks, 4) if self.clicks else 0.0

    def lines(self) -> list[str]:
        """The score for people."""
        projected = self.projected_inside / self.projected if self.projected else 1.0
        text = [
            f"{self.right:,} of {self.clicks:,} clicks ({100 * self.share(self.right):.1f} %) in the right state and on"
            " the right element",
            f"placement error {self.median_px:.1f} px median, {self.p95_px:.1f} px at the 95th percentile"
            f" (page points: {self.page_median_px:.1f} and {self.page_p95_px:.1f} px, {self.page_clicks:,} clicks)",
            f"on other viewports {100 * projected:.1f} % of {self.projected:,} inside the right element",
        ]
        if self.reasons:
            text.append("not right: " + ", ".join(f"{count} {why}" for why, count in self.reasons.items()))
        return text


Project = Callable[[Hits, Outline, Outline], Hits]
"""Hits on the first outline as hits on the second; what has no place there is left out."""


def verdicts(
    workspace: Workspace, capture: Capture, replay: Replay, truth: Truth, sessions: Sequence[Session]
) -> tuple[list[Verdict], int, list[Page]]:
    """The verdict on each click, how many clicks were recorded beyond the truth, and the pages of the capture."""
    pages = [Page(snapshot, workspace.outline(snapshot)) for snapshot in workspace.snapshots(capture)]
    found, extra = pair(truth.clicks, sessions)
    placed = stands(pages, lambda snapshot: workspace.hits(replay, snapshot))
    judged = []
    for click in truth.clicks:
        event = found.get((click.tag, click.n))
        judged.append(judge(click, event, placed.get(event.id) if event else None, pages))
    return judged, extra, pages


def projected(
    judged: Sequence[Verdict], pages: Sequence[Page], project: Project, hits: Callable[[Snapshot], Hits]
) -> tuple[int, int]:
    """Right clicks taken to the other viewports: how many have their element visible there, and how many are in it.

    They go to a snapshot of the same page, variant and panels at each other viewport that has one. Half a px is
    allowed for rounding.
    """
    count = within = 0
    by_snapshot: dict[int, list[Verdict]] = defaultdict(list)
    for verdict in judged:
        if verdict.stand and not verdict.reason:
            by_snapshot[verdict.stand.page.snapshot.id].append(verdict)
    for some in by_snapshot.values():
        source = some[0].stand.page if some[0].stand else pages[0]
        columns = hits(source.snapshot)
        for goal in _counterparts(source, pages):
            moved = project(columns, source.outline, goal.outline)
            places = {
                str(event): (float(x), float(y)) for event, x, y in zip(moved.event, moved.x, moved.y, strict=True)
            }
            for verdict in some:
                if not goal.shows(verdict.click.path):
                    continue
                count += 1
                within += _in_box(places.get(verdict.event), goal, verdict.click.path)
    return count, within


def _counterparts(source: Page, pages: Sequence[Page]) -> list[Page]:
    """The snapshots of the same state at the other viewports."""
    own = source.snapshot
    return [
        page
        for page in pages
        if page.snapshot.viewport.name != own.viewport.name
        and (page.snapshot.page, page.snapshot.variant, page.snapshot.state.id) == (own.page, own.variant, own.state.id)
    ]


def _in_box(point: tuple[float, float] | None, page: Page, path: str, slack: float = 0.5) -> bool:
    if point is None:
        return False
    left, top, width, height = page.outline.elements[page.places[path]].box
    return left - slack <= point[0] <= left + width + slack and top - slack <= point[1] <= top + height + slack


def score(judged: Sequence[Verdict], extra: int, over: tuple[int, int] = (0, 0)) -> Score:
    """The verdicts in numbers."""
    reasons = Counter(verdict.reason for verdict in judged)
    box = np.array([verdict.box_px for verdict in judged if np.isfinite(verdict.box_px)])
    page = np.array([verdict.page_px for verdict in judged if np.isfinite(verdict.page_px)])
    placed = [verdict for verdict in judged if verdict.stand]
    return Score(
        clicks=len(judged),
        recorded=len(judged) - reasons["not recorded"],
        extra=extra,
        placed=len(placed),
        right_state=reasons[""] + reasons["wrong element"],
        right_element=reasons[""] + reasons["wrong state"],
        right=reasons[""],
        reasons={reason: count for reason, count in reasons.most_common() if reason},
        median_px=_percentile(box, 50),
        p95_px=_percentile(box, 95),
        worst_px=_percentile(box, 100),
        page_median_px=_percentile(page, 50),
        page_p95_px=_percentile(page, 95),
        page_clicks=len(page),
        projected=over[0],
        projected_inside=over[1],
        signals=signals(judged),
    )


def _percentile(values: np.ndarray[Any, np.dtype[np.float64]], share: float) -> float:
    return round(float(np.percentile(values, share)), 3) if len(values) else 0.0


def signals(judged: Sequence[Verdict]) -> dict[str, dict[str, int]]:
    """For each planted signal: how many were planted and placed, how many of them found, and how many others."""
    counts: dict[str, dict[str, int]] = {}
    for name in ("dead", "rage", "error"):
        planted = [verdict for verdict in judged if verdict.stand and verdict.click.signal == name]
        others = [verdict for verdict in judged if verdict.stand and not verdict.click.signal]
        counts[name] = {
            "planted": len(planted),
            "found": sum(name in verdict.stand.signals for verdict in planted if verdict.stand),
            "others": sum(name in verdict.stand.signals for verdict in others if verdict.stand),
        }
    return counts
