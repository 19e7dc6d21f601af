"""The pytest plugin: `heatreel_verify`, and the marker `heatreel`, which fails a test on findings.

@pytest.mark.heatreel(base="before", head="after")
def test_the_redesign_keeps_what_people_use(): ...

def test_links_keep_their_destination(heatreel_verify):
    done = heatreel_verify("before", "http://localhost:8000/", fail_on=["destination"])
    assert not done.failing
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from heatreel.core.finding import Finding

_MARKER = "heatreel"


@dataclass(frozen=True)
class VerifyResult:
    """What a verify found: `failing` and `noted` findings, the worst first, and `document`, as `--json` prints it."""

    failing: tuple[Finding, ...]
    noted: tuple[Finding, ...]
    document: dict[str, Any]
    lines: tuple[str, ...]

    def __str__(self) -> str:
        return "\n".join(self.lines)


def run_verify(
    base: str,
    head: str,
    *,
    workspace: str | Path = ".heatreel",
    config: str | Path | None = None,
    approvals: str | Path = "heatreel-approvals.toml",
    fail_on: Sequence[str] = (),
    viewports: Sequence[str] = (),
    noise: str = "",
    journeys: str = "",
    look: float | None = None,
) -> VerifyResult:
    """What `heatreel verify BASE HEAD` finds. `base` and `head` are labels, URLs or folders of static files.

    Raises `HeatreelError` with one line for people when it could not run.
    """
    from datetime import UTC, datetime

    from heatreel.app.comparing import More
    from heatreel.app.sides import captured_sides
    from heatreel.app.verifying import chosen_fail_on, table_lines, verify_captures
    from heatreel.core.config import find_config, load_config

    folder, file = Path(workspace), Path(config) if config else find_config(Path())
    rules = load_config(file).verify
    changed: dict[str, Any] = {"fail_on": chosen_fail_on(fail_on)} if fail_on else {}
    rules = rules.model_copy(update=changed | ({} if look is None else {"look": look}))
    labels = captured_sides(folder, (base, head), file, viewports, progress=False)
    today = datetime.now(UTC).date()
    done = verify_captures(folder, labels, rules, Path(approvals), today, lambda _page: None, More(noise, journeys))
    return VerifyResult(done.judged.failing, done.judged.noted, done.document, tuple(table_lines(done)))


@pytest.fixture
def heatreel_verify() -> Any:
    """`heatreel_verify(base, head, **options)` compares two builds; see `run_verify` for the options."""
    return run_verify


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", f"{_MARKER}(base, head, **options): fail on what `heatreel verify BASE HEAD` finds."
    )


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> None:
    """Fails a marked test with the findings, one line each, before its own body runs."""
    from heatreel.core.errors import HeatreelError

    for marker in item.iter_markers(_MARKER):
        try:
            done = run_verify(*marker.args, **marker.kwargs)
        except (HeatreelError, TypeError) as exc:
            pytest.fail(f"heatreel: {exc}", pytrace=False)
        if done.failing:
            pytest.fail(f"heatreel verify:\n{done}", pytrace=False)
