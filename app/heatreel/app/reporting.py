"""The report of a capture: the viewer with all its documents in one folder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from heatreel.app.progress import bars
from heatreel.core.errors import InputError
from heatreel.core.workspace import Workspace


def report_to(
    workspace: Workspace, out: Path, label: str = "", where: Sequence[str] = (), title: str = "", progress: bool = False
) -> Path:
    """Writes the report of a capture (the newest when the label is empty) to a folder; returns its `index.html`.

    Raises `InputError` when there is no replay yet, for a segment that is none, or when the folder holds something
    else than a report.
    """
    from heatreel.app.prerendering import Asked, fill_report
    from heatreel.app.viewer.store import Store
    from heatreel.overlays.report import write_report
    from heatreel.replay.segments import parse_segment

    capture = workspace.capture(label)
    if not workspace.snapshots(capture):
        raise InputError(f"capture {capture.label!r} holds no snapshots; run `heatreel capture URL`")
    date = workspace.replay(capture).made[:10]
    parse_segment(where)
    store = Store(workspace.folder)
    asked = Asked(store, store.data(capture.label), tuple(where))
    with bars(progress) as shown:
        step = shown.add_task("painting the report", total=None)
        return write_report(
            out,
            capture.label,
            date,
            lambda report: fill_report(
                asked, report, title, lambda done, total: shown.update(step, completed=done, total=total)
            ),
        )
