"""The pytest plugin: a marked test fails on findings, the fixture gives them, an error is one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from heatreel.core.workspace import Workspace
from verify.test_commands import add, page

pytest_plugins = ["pytester"]

TESTS = """
import pytest

@pytest.mark.heatreel(base="old", head="same")
def test_same():
    assert True

@pytest.mark.heatreel("old", "new")
def test_new():
    assert True

@pytest.mark.heatreel("old", "nowhere")
def test_missing_label():
    assert True

@pytest.mark.heatreel("old", "new", fail_on=["none"])
def test_body_still_runs():
    assert False, "the body ran"

def test_fixture(heatreel_verify):
    done = heatreel_verify("old", "new", fail_on=["renamed"])
    assert [finding.rule for finding in done.failing] == ["renamed"]
    assert done.document["verdict"] == "fail" and "gone" in str(done)
"""


def test_marker_and_fixture(pytester: pytest.Pytester) -> None:
    with Workspace.writing(Path(pytester.path) / ".heatreel") as workspace:
        add(workspace, "old", page())
        add(workspace, "same", page())
        add(workspace, "new", page(buy="Order", help_=False))
    pytester.makepyfile(TESTS)
    done = pytester.runpytest_subprocess("-q", "-p", "no:cacheprovider")
    done.assert_outcomes(passed=2, failed=3)
    text = done.stdout.str()
    assert 'Link "Help" is gone' in text
    assert "heatreel: no capture 'nowhere'; there are: old, same, new" in text
    assert "AssertionError: the body ran" in text
