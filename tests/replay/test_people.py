"""Whose sessions count, and for how many: crawlers, driven browsers, sampling, what is kept of each session."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heatreel.core.session import Session
from heatreel.replay.ranking import count_sessions, rank_elements
from heatreel.replay.replay import Placed, ReplayOptions, place_sessions
from replay_making import HELP, HOME, Visitor, captured


def visit(name: str, **more: object) -> Session:
    return Visitor(name, **more).view().click("#buy").session()  # type: ignore[arg-type]


def replayed(*sessions: Session, everyone: bool = False, chunk: int = 200_000) -> Placed:
    return place_sessions(captured(), sessions, ReplayOptions(everyone=everyone, chunk_events=chunk))


def test_crawlers_never_count_and_driven_browsers_only_among_themselves() -> None:
    person, driven = visit("p"), replace(visit("d"), synthetic=True)
    crawler = replace(visit("c"), bot="Googlebot")
    mixed = replayed(person, driven, crawler).ledger
    assert (mixed.recorded, mixed.left_out) == (2, {"bot": 2, "synthetic": 2})
    assert "2 of bot sessions" in mixed.line()
    alone = replayed(driven, crawler).ledger
    assert (alone.recorded, alone.left_out) == (2, {"bot": 2})
    assert replayed(person, driven, crawler, everyone=True).ledger.recorded == 6
    on_purpose = replace(driven, id="r", source="record")
    assert replayed(person, on_purpose).ledger.recorded == 4


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.sampled_from(["", "bot"])), max_size=6), st.integers(1, 5))
def test_every_event_is_in_the_ledger_or_left_out(kinds: list[tuple[bool, str]], chunk: int) -> None:
    sessions = [
        replace(visit(f"s{place}"), synthetic=synthetic, bot=bot) for place, (synthetic, bot) in enumerate(kinds)
    ]
    ledger = replayed(*sessions, chunk=chunk).ledger
    assert ledger.recorded + sum(ledger.left_out.values()) == 2 * len(sessions)
    people = [one for one in kinds if one == (False, "")]
    if people:
        assert ledger.recorded == 2 * len(people)


def test_a_sampled_session_counts_for_as_many_as_it_stands_for() -> None:
    all_kept, one_in_four = visit("a"), replace(visit("b"), sampling=0.25)
    placed = replayed(all_kept, one_in_four)
    (hits,) = placed.hits.values()
    assert sorted(np.unique(hits.weight).tolist()) == [1.0, 4.0]
    (buy,) = rank_elements(hits, captured().outline(0), visits=5)
    assert (buy.clicks, buy.visits, buy.sessions, buy.visit_share) == (5, 5, 5, 1.0)
    assert count_sessions([hits]) == 5
    assert placed.details["sampling"] == {"sessions": 2, "estimated": 5, "rates": [0.25, 1.0]}
    assert placed.ledger.recorded == 4


def test_what_is_kept_of_a_session() -> None:
    visitor = Visitor("a", properties={"utm_source": "news", "utm_campaign": "spring", "country": "NL", "plan": "pro"})
    visitor.view(data={"referrer": "search.example"}).view(HELP).view(HOME).add("goal", data={"name": "bought"})
    again = replace(Visitor("b").view().session(), visitor="v", started_ms=2e6)
    first = replace(visitor.session(), visitor="v")
    one, two = replayed(again, first).sessions[::-1]
    assert (one["source"], one["campaign"], one["referrer"], one["country"]) == (
        "news",
        "spring",
        "search.example",
        "NL",
    )
    assert (one["pages"], one["goals"], one["returning"], two["returning"]) == (["/", "/help"], ["bought"], False, True)


def test_when_a_tab_was_hidden_is_kept() -> None:
    visitor = Visitor().view().add("visibility", data={"visible": False}).add("visibility", data={"visible": True})
    visitor.click("#buy").add("visibility", data={"visible": False})
    away = replayed(visitor.session()).away
    assert away.visit.tolist() == [0]
    assert (away.to_ms - away.from_ms).tolist() == [1000.0]


@pytest.mark.parametrize("sampling", [0.0, -1.0, float("nan"), 2.0])
def test_a_rate_that_is_none_counts_once(sampling: float) -> None:
    (hits,) = replayed(replace(visit("a"), sampling=sampling)).hits.values()
    assert (hits.weight == 1).all()
