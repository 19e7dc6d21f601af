"""A verification as JUnit XML, which every CI service reads."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, SubElement, tostring

from heatreel.core.finding import Finding
from heatreel.replay.verify.verdict import Judged
from heatreel.replay.verify.verify import Verification

# Characters that no XML 1.0 document may hold, not even escaped.
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(found: Verification, judged: Judged, name: str) -> bytes:
    """One test case for each page and viewport compared, and one for each finding that fails or is accepted."""
    suite = Element("testsuite", {"name": _clean(name)})
    for view in found.views:
        SubElement(suite, "testcase", {"classname": _clean(view.before.page), "name": view.before.viewport.name})
    for finding in judged.failing:
        failure = SubElement(
            _case(suite, finding), "failure", {"type": finding.rule, "message": _clean(finding.detail)}
        )
        failure.text = _clean(_evidence(finding))
    for finding, approval in judged.approved:
        SubElement(_case(suite, finding), "skipped", {"message": _clean(f"approved: {approval.reason}")})
    if judged.noted:
        notes = [f"{finding.severity} {finding.rule}: {finding.detail}" for finding in judged.noted]
        SubElement(suite, "system-out").text = _clean("\n".join(notes))
    suite.set("tests", str(len(suite.findall("testcase"))))
    suite.set("failures", str(len(judged.failing)))
    suite.set("skipped", str(len(judged.approved)))
    suite.set("errors", "0")
    root = Element("testsuites")
    root.append(suite)
    text: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return text


def _case(suite: Element, finding: Finding) -> Element:
    name = f"{finding.place.viewport}: {finding.rule} {finding.before.name if finding.before else ''} [{finding.id}]"
    return SubElement(suite, "testcase", {"classname": _clean(finding.place.page), "name": _clean(name)})


def _evidence(finding: Finding) -> str:
    lines = [finding.detail, f"severity: {finding.severity}", f"state: {finding.place.state}"]
    for word, one in (("before", finding.before), ("after", finding.after)):
        lines.append(f"{word}: {one.path} ({one.role} {one.name!r})" if one else f"{word}: none")
    return "\n".join(lines)


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("\ufffd", text)
