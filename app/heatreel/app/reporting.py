"""The report of a capture, written with the evidence of its replay."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from heatreel.app.evidence import evidence_of
from heatreel.app.progress import bars
from heatreel.core.workspace import Workspace
from heatreel.overlays.report import write_report


def report_to(
    workspace: Workspace, out: Path, label: str = "", where: Sequence[str] = (), title: str = "", progress: bool = False
) -> Path:
    """Writes the report of a capture (the newest when the label is empty) to a folder; returns its `index.html`.

    Raises `InputError` when there is no replay yet, or when the folder holds something else than a report.
    """
    capture = workspace.capture(label)
    evidence = evidence_of(workspace, capture, where)
    date = workspace.replay(capture).made[:10]
    with bars(progress) as shown:
        step = shown.add_task("painting the report", total=None)
        return write_report(
            workspace,
            capture,
            out,
            evidence,
            title=title,
            date=date,
            progress=lambda done, total: shown.update(step, completed=done, total=total),
        )
