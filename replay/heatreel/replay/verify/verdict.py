"""The verdict: which findings fail, which are accepted, which acceptance has run out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from heatreel.core.finding import SEVERITIES, Finding
from heatreel.replay.verify.approvals import Approval


@dataclass(frozen=True)
class Judged:
    """Findings sorted by what becomes of them. `noted` neither fail nor needed an approval."""

    failing: tuple[Finding, ...]
    approved: tuple[tuple[Finding, Approval], ...]
    expired: tuple[tuple[Finding, Approval], ...]
    noted: tuple[Finding, ...]

    @property
    def word(self) -> str:
        return "fail" if self.failing else "pass"


def judge(
    findings: Sequence[Finding], fail_on: Sequence[str], approvals: Mapping[str, Approval], today: date
) -> Judged:
    """`fail_on` holds severities (each stands for itself and worse), rules, or `none`."""
    failing: list[Finding] = []
    approved: list[tuple[Finding, Approval]] = []
    expired: list[tuple[Finding, Approval]] = []
    noted: list[Finding] = []
    for finding in findings:
        approval = approvals.get(finding.id)
        if approval and approval.holds(today):
            approved.append((finding, approval))
            continue
        if approval:
            expired.append((finding, approval))
        (failing if fails(finding, fail_on) else noted).append(finding)
    return Judged(tuple(failing), tuple(approved), tuple(expired), tuple(noted))


def fails(finding: Finding, fail_on: Sequence[str]) -> bool:
    """Whether a finding fails by its rule, or is as bad as a severity that does."""
    limits = [SEVERITIES.index(word) for word in SEVERITIES if word in fail_on]
    return finding.rule in fail_on or any(SEVERITIES.index(finding.severity) <= limit for limit in limits)
