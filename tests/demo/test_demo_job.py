"""The whole line on the shop, small: capture, visitors, replay, truth, report."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from heatreel.app.demo.job import TRUTH, DemoOptions, run_demo
from heatreel.app.demo.truth import Truth
from heatreel.core.errors import InputError
from heatreel.core.viewport import DEFAULT_VIEWPORTS


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.e2e
@pytest.mark.timeout(900)
def test_the_demo_at_one_viewport(tmp_path: Path) -> None:
    options = DemoOptions(visitors=6, viewports=DEFAULT_VIEWPORTS[:1], seed=2)
    result = run_demo(tmp_path / "workspace", tmp_path / "report", options, progress=False)

    assert result.surprises == ()
    assert result.sessions == 6
    ledger = result.ledger
    assert ledger.recorded == ledger.placed + sum(ledger.not_placed.values())
    score = result.score
    assert score.clicks == score.recorded == len(Truth.load(tmp_path / "workspace" / TRUTH).clicks)
    assert score.extra == 0
    assert score.right / score.clicks >= 0.97
    assert score.median_px <= 1
    assert score.p95_px <= 4
    assert {name: counts["found"] for name, counts in score.signals.items()} == {
        name: counts["planted"] for name, counts in score.signals.items()
    }
    assert all(counts["others"] == 0 for counts in score.signals.values())
    text = result.report.read_text("utf-8")
    assert "Tarnway" in text
    assert json.loads(json.dumps(result.as_json()))["truth"]["right_share"] >= 0.97
    assert result.claims.missed == ()
    assert result.claims.false == ()


def test_a_folder_that_no_demo_made_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(InputError, match="no demo made"):
        run_demo(tmp_path, tmp_path / "report", progress=False)
    assert (tmp_path / "thesis.txt").read_text() == "years of work"
