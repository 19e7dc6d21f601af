"""A verification as Markdown, for the summary of a CI step or a comment. Names come from pages and stay text."""

from __future__ import annotations

import re
from collections.abc import Sequence

from heatreel.core.finding import Finding
from heatreel.replay.verify.document import by_view
from heatreel.replay.verify.survival import FATES, Fates
from heatreel.replay.verify.verdict import Judged
from heatreel.replay.verify.verify import Verification

# GitHub cuts step summaries at 1 MiB and comments at 65,536 characters.
MOST = 60
_PLAIN = re.compile(r"[^\w ,.;%/()+=\u00a0…-]")
# An empty comment parts what would become a mention or a link.
_PART = "<!-- -->"


def escaped(text: str) -> str:
    """Text that Markdown and HTML show as it is: no markup, no mention, no link, no end of a table's cell."""
    folded = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    plain = _PLAIN.sub(lambda found: f"&#{ord(found[0])};", folded).replace("_", "&#95;").replace("--", "-&#45;")
    plain = re.sub(r"(?i)\bwww\.", f"www{_PART}.", plain)
    return (
        plain.replace("&#64;", f"&#64;{_PART}").replace("&#58;//", f"&#58;{_PART}//").replace("&#35;", f"&#35;{_PART}")
    )


def markdown(found: Verification, judged: Judged, base: str, head: str, notes: Sequence[str]) -> str:
    """Verdict, table of findings (the worst first, at most 60), accepted ones, and the survival of each page."""
    title = f"## Heatreel: {escaped(head)} against {escaped(base)}: {judged.word}"
    counts = f"{len(judged.failing)} failing, {len(judged.noted)} noted, {len(judged.approved)} accepted."
    parts = [title, counts, *(escaped(note) + "." for note in notes)]
    rows = [*judged.failing, *judged.noted]
    if rows:
        parts.append(_findings(rows, set(judged.failing)))
    if len(rows) > MOST:
        parts.append(f"{len(rows) - MOST} more are not shown.")
    parts += _accepted(judged)
    parts.append(_survival(found))
    return "\n\n".join(parts) + "\n"


def _findings(rows: Sequence[Finding], failing: set[Finding]) -> str:
    lines = ["| | rule | page | viewport | state | finding | clicks |", "|---|---|---|---|---|---|---:|"]
    for finding in rows[:MOST]:
        mark = "fails" if finding in failing else finding.severity
        place = finding.place
        cells = [mark, finding.rule, place.page, place.viewport, place.state, finding.detail]
        clicks = "" if finding.clicks is None else f"{finding.clicks:,}"
        lines.append(f"| {' | '.join(escaped(cell) for cell in cells)} | {clicks} |")
    return "\n".join(lines)


def _accepted(judged: Judged) -> list[str]:
    lines = [
        f"- {escaped(finding.detail)} Accepted{f' until {approval.until}' if approval.until else ''}:"
        f" {escaped(approval.reason)}"
        for finding, approval in judged.approved
    ]
    lines += [
        f"- {escaped(finding.detail)} Its approval ended on {approval.until}: {escaped(approval.reason)}"
        for finding, approval in judged.expired
    ]
    return ["\n".join(lines)] if lines else []


def _survival(found: Verification) -> str:
    what = "clicks" if found.heated else "elements"
    lines = [f"| page | viewport | {what} | survive | lost or changed |", "|---|---|---:|---:|---|"]
    for page, viewport, clicks, elements in by_view(found.survival):
        fates = clicks if found.heated else elements
        lines.append(
            f"| {escaped(page)} | {escaped(viewport)} | {fates.total:,} | {percent(fates)} | {listed(fates)} |"
        )
    return "\n".join(lines)


def percent(fates: Fates) -> str:
    return "" if fates.share is None else f"{100 * fates.share:.1f} %"


def listed(fates: Fates) -> str:
    """The fates that are not "same", with their counts."""
    return ", ".join(
        f"{fate.replace('_', ' ')} {fates.counts[fate]:,}" for fate in FATES if fate != "same" and fates.counts[fate]
    )
