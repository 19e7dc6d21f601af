"""GitHub annotations for the worst findings: workflow commands, one a line."""

from __future__ import annotations

from collections.abc import Sequence

from heatreel.core.finding import Finding

# GitHub shows ten of each kind for a step.
MOST = 10
_COMMANDS = {"error": "error", "warning": "warning", "info": "notice"}


def github_lines(findings: Sequence[Finding]) -> list[str]:
    """At most ten lines, in the order given."""
    return [_line(finding) for finding in findings[:MOST]]


def _line(finding: Finding) -> str:
    place = finding.place
    title = f"Heatreel {finding.rule}: {place.page} at {place.viewport}"
    return f"::{_COMMANDS[finding.severity]} title={_property(title)}::{_data(finding.detail)}"


def _data(text: str) -> str:
    """Escaped as GitHub's own toolkit does, so that a name cannot end the line and begin a command."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
