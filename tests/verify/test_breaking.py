"""A tab of a page made by others that does nothing any more, through capture and verify."""

from __future__ import annotations

from pathlib import Path

import pytest

from heatreel.core.viewport import Viewport
from verify.breaking import broken

SITES = Path(__file__).parents[1] / "sites" / "node_modules"


@pytest.mark.browser
@pytest.mark.slow
def test_a_broken_tab_is_told_and_the_same_page_is_not() -> None:
    same, *others = broken(SITES, "jquery-ui/demos/tabs/default.html", Viewport("desktop", 1280, 800), most=1)
    assert same.state is None and [one.detail for one in same.findings] == []
    (one,) = others
    assert one.state is not None and one.findings
    assert all(one.tells(finding) for finding in one.findings), [finding.detail for finding in one.findings]
