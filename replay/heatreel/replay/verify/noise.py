"""Noise: what differs between two captures of one build is no change of the next one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from heatreel.core.finding import Finding


@dataclass(frozen=True)
class Noise:
    """What changes by itself, as (rule, page, selector on BASE)."""

    known: frozenset[tuple[str, str, str]] = frozenset()

    @classmethod
    def of(cls, findings: Iterable[Finding]) -> Noise:
        """The noise in what verify finds between BASE and another capture of the same build."""
        return cls(frozenset(key for finding in findings for key in _keys(finding)))

    def explains(self, finding: Finding) -> bool:
        """Whether all that a finding names changes in the same way by itself."""
        keys = _keys(finding)
        return bool(keys) and keys <= self.known

    def without(self, findings: Sequence[Finding]) -> tuple[list[Finding], int]:
        """The findings that are not noise, and how many were."""
        left = [finding for finding in findings if not self.explains(finding)]
        return left, len(findings) - len(left)


def _keys(finding: Finding) -> set[tuple[str, str, str]]:
    pages = {place.page for place in finding.places}
    # A layout shift is the page's, whatever moved most in one load.
    selectors = ("",) if finding.rule == "layout_shift" else finding.elements
    return {(finding.rule, page, selector) for page in pages for selector in selectors}
