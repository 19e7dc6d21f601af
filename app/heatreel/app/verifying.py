"""What `heatreel verify` and `heatreel approve` do: load, compare, judge, write, and keep the last result."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from heatreel.app.comparing import More, compare
from heatreel.core.blobs import write_atomic
from heatreel.core.config import VerifyConfig, check_fail_on
from heatreel.core.errors import CannotRun, InputError
from heatreel.core.finding import Finding
from heatreel.core.workspace import Workspace
from heatreel.replay.journeys.drive import Walked
from heatreel.replay.journeys.findings import journey_json
from heatreel.replay.verify import Verification
from heatreel.replay.verify.annotations import github_lines
from heatreel.replay.verify.approvals import load_approvals
from heatreel.replay.verify.document import by_view, verification_json
from heatreel.replay.verify.junit import junit
from heatreel.replay.verify.load import notes_on
from heatreel.replay.verify.markdown import listed, markdown, percent
from heatreel.replay.verify.verdict import Judged, judge

LAST = "verify.json"
"""File in the workspace that holds the document of the last verify; what `heatreel approve` chooses from."""


@dataclass(frozen=True)
class Verified:
    """A verification with its verdict. `document` is what `--json` prints."""

    found: Verification
    judged: Judged
    document: dict[str, Any]
    notes: tuple[str, ...]
    walked: tuple[Walked, ...] = ()


def verify_captures(
    folder: Path,
    labels: tuple[str, str],
    rules: VerifyConfig,
    approvals: Path,
    today: date,
    progress: Callable[[str], None],
    more: More = More(),
) -> Verified:
    """Compares two captures of a workspace, judges the findings, and keeps the document for `approve`.

    Raises `InputError` for a label that is not there, a capture that was cut off, other viewports on one side, or
    when no page is in both.
    """
    with Workspace.open(folder) as workspace:
        before, after = (workspace.capture(_named(label)) for label in labels)
        accepted = load_approvals(approvals)
        compared = compare(workspace, before, after, rules, progress, more)
    found = compared.found
    judged = judge(found.findings, rules.fail_on, accepted, today)
    notes = [*notes_on(before, after), *compared.notes]
    document = verification_json(found, judged, before, after, notes)
    document["journeys"] = [journey_json(one) for one in compared.walked]
    write_atomic(folder / LAST, json.dumps(document, ensure_ascii=False).encode("utf-8", "replace"))
    return Verified(found, judged, document, tuple(notes), compared.walked)


def _named(label: str) -> str:
    # An empty label means the newest capture elsewhere; here it is a slip, and HEAD against HEAD would pass.
    if not label:
        raise InputError("a label is empty; `heatreel verify BASE HEAD` takes the labels of two captures")
    return label


def chosen_fail_on(words: Sequence[str]) -> tuple[str, ...]:
    """The words of `--fail-on`, which may be parted by commas. Raises `InputError` that lists what there is."""
    parts = tuple(part.strip() for word in words for part in word.split(",") if part.strip())
    try:
        return check_fail_on(parts)
    except ValueError as exc:
        raise InputError(f"--fail-on: {exc}") from exc


def write_reports(done: Verified, labels: tuple[str, str], junit_file: Path | None, markdown_file: Path | None) -> None:
    """Writes what was asked for; a step summary is added to, since other steps write there too."""
    if junit_file:
        write_atomic(junit_file, junit(done.found, done.judged, f"heatreel verify {labels[0]} {labels[1]}"))
    if markdown_file:
        text = markdown(done.found, done.judged, *labels, done.notes)
        try:
            with markdown_file.open("a", encoding="utf-8", errors="replace") as file:
                file.write(text)
        except OSError as exc:
            raise CannotRun(f"{markdown_file}: cannot be written ({exc.strerror})") from exc


def annotation_lines(judged: Judged) -> list[str]:
    return github_lines([*judged.failing, *judged.noted])


def table_lines(done: Verified) -> list[str]:
    """The result for people: survival of each page, then the findings, the worst first, then the verdict."""
    what = "clicks" if done.found.heated else "elements that act"
    lines = [f"note: {note}" for note in done.notes]
    for page, viewport, clicks, elements in by_view(done.found.survival):
        fates = clicks if done.found.heated else elements
        lost = f" ({listed(fates)})" if listed(fates) else ""
        lines.append(f"{page}  {viewport}  {percent(fates) or '-'} of {fates.total:,} {what} survive{lost}")
    lines.append("")
    lines += [_line("FAIL", finding) for finding in done.judged.failing]
    lines += [_line(finding.severity, finding) for finding in done.judged.noted]
    lines += [f"{_line('ok', finding)} Accepted: {approval.reason}" for finding, approval in done.judged.approved]
    lines += [f"{finding.id}: its approval ended on {approval.until}" for finding, approval in done.judged.expired]
    counts = [(done.judged.failing, "failing"), (done.judged.noted, "noted"), (done.judged.approved, "accepted")]
    summary = ", ".join(f"{len(some)} {word}" for some, word in counts)
    return [_printable(line) for line in (*lines, f"{done.judged.word}: {summary}")]


def _line(mark: str, finding: Finding) -> str:
    place = finding.place
    where = "  ".join(part for part in (place.page, place.viewport, place.state) if part)
    return f"{mark:<8}{finding.rule:<16}{where}  [{finding.id}]\n        {finding.detail}"


def _printable(text: str) -> str:
    """Names come from pages: a terminal must not obey what is in them."""
    return "".join(char if char.isprintable() or char == "\n" else "\ufffd" for char in text)


def last_findings(folder: Path) -> list[Finding]:
    """The findings of the last verify in a workspace. Raises `InputError` when there is none."""
    path = folder / LAST
    try:
        records = json.loads(path.read_text("utf-8"))["findings"]
        return [Finding.from_json(record) for record in records]
    except OSError as exc:
        raise InputError(f"{folder}: nothing verified yet; run `heatreel verify BASE HEAD`") from exc
    except (ValueError, KeyError, TypeError) as exc:
        raise InputError(f"{path}: is damaged; run `heatreel verify BASE HEAD` again") from exc
