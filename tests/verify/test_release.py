"""After release: what sessions of both builds did, and what chance alone would do."""

from __future__ import annotations

import numpy as np
import pytest

from heatreel.core.element import Outline
from heatreel.core.hits import SIGNALS, TYPES, Hits
from heatreel.replay.verify import Verification, verify
from verify.drawing import Page, capture, state

NAMES = ("Buy now", "Help", "Terms", "Home", "Search", "Basket", "Blog", "Jobs")


def page(names: tuple[str, ...] = NAMES) -> Outline:
    made = Page(1200)
    for place, name in enumerate(names):
        made.add("a", (20, 40 + 60 * place, 200, 40), name, href=f"/{name.lower().replace(' ', '-')}")
    return made.done()


def sessions(outline: Outline, number: int, shares: dict[str, float], seed: int, dead: float = 0.0) -> Hits:
    """So many sessions that saw the page; each clicks each element with its share, and a dead click now and then."""
    random = np.random.default_rng(seed)
    rows = [(one, TYPES.index("view"), -1, 0) for one in range(number)]
    for element in outline.elements[1:]:
        clicked = np.flatnonzero(random.random(number) < shares.get(element.name, 0.0)).tolist()
        rows += [(one, TYPES.index("click"), element.index, 0) for one in clicked]
    unlucky = np.flatnonzero(random.random(number) < dead).tolist()
    rows += [(one, TYPES.index("click"), 0, 1 << SIGNALS.index("dead")) for one in unlucky]
    session, kind, element_of, signals = (np.array(column) for column in zip(*rows, strict=True))
    boxes = outline.boxes[np.maximum(element_of, 0)]
    return Hits(
        event=np.array([f"e{at}" for at in range(len(rows))], dtype=np.str_),
        session=session.astype(np.int32), visit=session.astype(np.int32), type=kind.astype(np.uint8),
        signals=signals.astype(np.uint16), x=(boxes[:, 0] + boxes[:, 2] / 2).astype(np.float32),
        y=(boxes[:, 1] + boxes[:, 3] / 2).astype(np.float32), element=element_of.astype(np.int32),
        confidence=np.ones(len(rows), np.float32), time_ms=np.arange(len(rows), dtype=np.float64),
    )  # fmt: skip


EVEN = dict.fromkeys(NAMES, 0.1)


def compared(old: Hits | None, new: Hits | None, after: Outline | None = None) -> Verification:
    sides = [
        capture((state(), outline), hits=None if hits is None else {"default": hits})
        for outline, hits in ((page(), old), (after or page(), new))
    ]
    return verify(*sides)


def test_what_is_clicked_less_is_found_and_nothing_else() -> None:
    found = compared(sessions(page(), 2000, EVEN, 1), sessions(page(), 1500, EVEN | {"Buy now": 0.04}, 2))
    assert [finding.rule for finding in found.findings] == ["rate"]
    finding = found.findings[0]
    assert finding.severity == "warning" and finding.before and finding.before.name == "Buy now"
    assert 'Link "Buy now" is clicked less' in finding.detail and "of 1,500 sessions on HEAD" in finding.detail
    row = found.rates[0]
    assert row.verdict == "down" and row.change.low <= -0.06 <= row.change.high
    assert {one.verdict for one in found.rates[1:]} == {"same"}


def test_more_clicks_are_a_note_and_more_dead_clicks_a_warning() -> None:
    old = sessions(page(), 2000, EVEN, 3, dead=0.01)
    found = compared(old, sessions(page(), 2000, EVEN | {"Help": 0.2}, 4, dead=0.06))
    assert {(one.rule, one.severity) for one in found.findings} == {("rate", "info"), ("rate", "warning")}
    worse = next(one for one in found.findings if one.severity == "warning")
    assert worse.detail.startswith("More sessions make dead clicks here:")


def test_an_element_that_was_moved_and_rebuilt_is_compared_with_itself() -> None:
    after = page(tuple(reversed(NAMES)))
    shares = {name: 0.02 + 0.02 * place for place, name in enumerate(NAMES)}
    found = compared(sessions(page(), 3000, shares, 5), sessions(after, 3000, shares, 6), after)
    assert {one.verdict for one in found.rates} <= {"same", "too few"}
    names = {(one.before.name, one.after.name) for one in found.rates if one.before and one.after}
    assert names == {(name, name) for name in NAMES}


def test_few_sessions_say_too_few_and_how_many_it_takes() -> None:
    found = compared(sessions(page(), 20, EVEN, 7), sessions(page(), 20, dict.fromkeys(NAMES, 0.9), 8))
    assert found.rates and {one.verdict for one in found.rates} == {"too few"}
    assert not found.findings
    assert all(one.needed > 20 for one in found.rates)


@pytest.mark.parametrize("sides", [(None, True), (True, None)])
def test_without_sessions_of_both_nothing_is_compared(sides: tuple[bool | None, bool | None]) -> None:
    made = [sessions(page(), 100, EVEN, 9) if side else None for side in sides]
    assert compared(*made).rates == ()


def test_chance_alone_is_seldom_called_a_change() -> None:
    # Ten comparisons a try at a false discovery rate of 5 %: without any real change, 1 try in 20 at most.
    tries = 60
    wrong = sum(
        any(row.verdict in ("up", "down") for row in compared(
            sessions(page(), 400, EVEN, 100 + seed), sessions(page(), 400, EVEN, 900 + seed)).rates)
        for seed in range(tries)
    )  # fmt: skip
    assert wrong <= 7
