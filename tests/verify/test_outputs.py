"""JUnit, Markdown, annotations and approvals, with names that try to break out of them."""

from __future__ import annotations

import re
import tomllib
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heatreel.core.errors import InputError
from heatreel.core.finding import Finding, Place, Spot
from heatreel.replay.verify import verify
from heatreel.replay.verify.annotations import github_lines
from heatreel.replay.verify.approvals import add_approvals, choose, load_approvals
from heatreel.replay.verify.junit import junit
from heatreel.replay.verify.markdown import escaped, markdown
from heatreel.replay.verify.verdict import Judged, judge
from verify.drawing import Page, capture, state

TODAY = date(2026, 5, 1)
HOSTILE = (
    "</a><script>alert(1)</script> | [x](javascript:1) `` ` @team www.evil.example https://evil.example #12 ::error::x"
    '\n%0A&amp;"\x00\x1b[31m\ud800'
)


def finding(id: str = "gone-1", rule: str = "gone", severity: str = "error", name: str = "Buy") -> Finding:
    place = Place("/", "desktop", "default")
    spot = Spot("#buy", "body > button:nth-of-type(1)", name, "button")
    return Finding(
        id, rule, severity, place, spot, None, 12, 0.1, f'Button "{name}" is gone.', 0.9, ("#buy",), (place,)
    )  # type: ignore[arg-type]


def judged(*findings: Finding) -> Judged:
    return judge(findings, ("error",), {}, TODAY)


def compared() -> object:
    page = Page()
    page.add("button", (0, 0, 100, 40), "Buy")
    one = capture((state(), page.done()))
    return verify(one, one)


def test_junit_is_xml_whatever_pages_call_things() -> None:
    some = judged(finding(name=HOSTILE), finding("renamed-1", "renamed", "warning", HOSTILE))
    root = ElementTree.fromstring(junit(compared(), some, HOSTILE))  # type: ignore[arg-type]
    suite = root.find("testsuite")
    assert suite is not None
    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")
    failure = suite.find("testcase/failure")
    assert failure is not None and "<script>alert(1)</script>" in (failure.get("message") or "")
    assert "renamed" in (suite.findtext("system-out") or "")


def test_junit_says_pass_for_what_was_compared() -> None:
    root = ElementTree.fromstring(junit(compared(), judged(), "x"))  # type: ignore[arg-type]
    cases = root.findall("testsuite/testcase")
    assert [(case.get("classname"), case.get("name"), len(case)) for case in cases] == [("/", "desktop", 0)]


def test_markdown_holds_no_markup_of_a_page() -> None:
    text = markdown(compared(), judged(finding(name=HOSTILE)), HOSTILE, HOSTILE, [HOSTILE])  # type: ignore[arg-type]
    for line in text.splitlines():
        bare = line.replace("<!-- -->", "")
        assert "<" not in bare and "`" not in bare and "](" not in bare
        assert "@team" not in line and "www.evil" not in line and "https://" not in line
    rows = [line for line in text.splitlines() if line.startswith("| fails")]
    assert len(rows) == 1 and rows[0].count("|") == 8


@given(st.text())
def test_escaped_text_has_only_safe_characters(text: str) -> None:
    bare = escaped(text).replace("<!-- -->", "")
    assert re.fullmatch(r"(?:&#\d+;|[\w ,.;%/()+=…\u00a0-])*", bare)
    assert "\n" not in bare


def test_annotations_cannot_be_ended_by_a_name() -> None:
    lines = github_lines([finding(name=HOSTILE), *[finding(f"x-{at}", severity="warning") for at in range(20)]])
    assert len(lines) == 10
    assert all("\n" not in line and "\r" not in line for line in lines)
    assert lines[0].startswith("::error title=Heatreel gone%3A / at desktop::")
    assert lines[1].startswith("::warning ")
    assert "%250A" in lines[0]


def test_approvals_come_back_as_they_were_written(tmp_path: Path) -> None:
    path = tmp_path / "approvals.toml"
    path.write_text('# Ours.\n[[approved]]\nid = "old-1"\nreason = "long ago"\n')
    add_approvals(path, [finding(name=HOSTILE)], 'Because "we"\nmoved it \\ \x7f', date(2026, 6, 1))
    found = load_approvals(path)
    assert list(found) == ["old-1", "gone-1"]
    assert found["gone-1"].reason == 'Because "we"\nmoved it \\ \x7f'
    assert found["gone-1"].until == date(2026, 6, 1)
    assert path.read_text().startswith("# Ours.\n")
    tomllib.loads(path.read_text())


def test_an_approval_counts_until_its_last_day(tmp_path: Path) -> None:
    path = tmp_path / "approvals.toml"
    add_approvals(path, [finding()], "fine", TODAY)
    on, after = (judge([finding()], ("error",), load_approvals(path), day) for day in (TODAY, date(2026, 5, 2)))
    assert (on.word, len(on.approved), on.failing) == ("pass", 1, ())
    assert (after.word, len(after.expired), len(after.failing)) == ("fail", 1, 1)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x = [", "is not TOML"),
        ('[[approved]]\nid = "a"\n', "approved.0.reason"),
        ('[[approved]]\nid = "a"\nreason = " "\n', "approved.0.reason"),
        ('[[approved]]\nid = "a"\nreason = "b"\nuntil = "someday"\n', "approved.0.until"),
        ('[[accepted]]\nid = "a"\n', "accepted"),
    ],
)
def test_a_file_of_approvals_that_is_wrong_is_refused(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "approvals.toml"
    path.write_text(text)
    with pytest.raises(InputError, match=re.escape(message)):
        load_approvals(path)
    with pytest.raises(InputError):
        add_approvals(path, [finding()], "fine", None)


def test_findings_are_chosen_by_id_by_its_start_by_rule_or_all() -> None:
    some = [finding("gone-1a"), finding("gone-1b"), finding("renamed-2", "renamed")]
    assert choose(some, ["gone-1a"], (), False) == some[:1]
    assert choose(some, ["ren"], (), False) == some[2:]
    assert choose(some, (), ["gone"], False) == some[:2]
    assert choose(some, (), (), True) == some
    for ids, message in ((["gone-1"], "2 findings begin so"), (["x"], "there are gone-1a"), ([], "nothing to approve")):
        with pytest.raises(InputError, match=message):
            choose(some, ids, (), False)


@pytest.mark.parametrize(
    ("fail_on", "failing"),
    [
        (("error",), 1),
        (("warning",), 2),
        (("info",), 3),
        (("none",), 0),
        (("moved",), 1),
        (("error", "moved"), 2),
        ((), 0),
    ],
)
def test_what_fails_is_chosen_by_severity_or_rule(fail_on: tuple[str, ...], failing: int) -> None:
    some = [finding(), finding("r", "renamed", "warning"), finding("m", "moved", "info")]
    found = judge(some, fail_on, {}, TODAY)
    assert len(found.failing) == failing
    assert len(found.failing) + len(found.noted) == 3
    assert found.word == ("fail" if failing else "pass")
