"""What a replay leaves: in the workspace, as JSON, ranked, and by segment."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from heatreel.core.errors import InputError
from heatreel.core.hits import Hits
from heatreel.core.session import Session
from heatreel.core.workspace import Replay, Workspace
from heatreel.replay.hits_json import each_hit, replay_json, session_table
from heatreel.replay.measure import Known, keep_error, measure
from heatreel.replay.ranking import count_visits, rank_elements
from heatreel.replay.replay import ReplayResult, place_sessions, replay
from heatreel.replay.segments import parse_segment
from replay_making import MOBILE, Visitor, captured, outline_json, outline_of, seen, snapshots


def visitors() -> list[Session]:
    first = Visitor("a", language="de", properties={"utm_source": "mail"}).view()
    first.state = seen("default")
    first.click("#buy", u=0.25).click("#buy", effects=(), after_ms=90_000).click("#help").add("error", after_ms=10)
    second = Visitor("b", MOBILE, variant="b").view().click("#faq")
    third = Visitor("c").view("https://shop.test/nowhere").click("#buy").view().click("#review", "tab-b")
    return [visitor.session() for visitor in (first, second, third)]


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with Workspace.writing(tmp_path) as workspace:
        capture = workspace.begin_capture("before", workspace.site(), "test", "test", {})
        for one in snapshots():
            page = workspace.add_page(capture, one.page, one.url, one.title)
            outline = outline_json(outline_of(one.state.id, one.viewport))
            workspace.add_snapshot(
                page, one.viewport, one.variant, one.state, (one.width, one.height), b"", "{}", outline
            )
        workspace.finish_capture(capture)
        yield workspace


def replayed(workspace: Workspace) -> tuple[ReplayResult, Replay]:
    result = replay(workspace, "before", visitors())
    return result, workspace.replay(workspace.capture("before"))


def test_replay_is_kept_and_takes_the_place_of_the_one_before(workspace: Workspace) -> None:
    done: list[int] = []
    replay(workspace, "", visitors(), progress=done.append)
    result, kept = replayed(workspace)
    assert (kept.id, kept.details) == (result.id, result.details)
    assert kept.ledger.as_json() == result.ledger.as_json()
    assert sum(done) == kept.ledger.recorded + sum(kept.ledger.context.values())
    snapshots = workspace.snapshots(workspace.capture("before"))
    assert sum(len(workspace.hits(kept, snapshot)) for snapshot in snapshots) == kept.ledger.placed
    with pytest.raises(InputError, match="no capture 'after'"):
        replay(workspace, "after", [])


def test_hits_has_one_record_for_every_recorded_event(workspace: Workspace) -> None:
    _result, kept = replayed(workspace)
    records = list(each_hit(workspace, kept))
    recorded = [event for session in visitors() for event in session.events if event.type != "error"]
    assert sorted(record["event"] for record in records) == sorted(event.id for event in recorded)
    by_event = {record["event"]: record for record in records}
    assert by_event["a/1"] == {
        "event": "a/1", "session": "a", "type": "click", "page": "/", "viewport": "desktop", "state": "default",
        "selector": "#buy", "x": 180.0, "y": 624.0, "status": "placed", "confidence": 1.0, "reason": None,
        "signals": ["first"], "ms": 0, "weight": 1.0, "error": None,
    }  # fmt: skip
    lost = by_event["c/1"]
    assert (lost["status"], lost["reason"], lost["page"]) == ("not_placed", "unknown_state", "/nowhere")
    assert (lost["selector"], lost["viewport"], lost["state"], lost["x"]) == ("#buy", None, None, 220.0)


def test_replay_document_has_the_keys_of_the_contract(workspace: Workspace) -> None:
    _result, kept = replayed(workspace)
    document = replay_json(kept)
    assert next(iter(document)) == "version"
    assert document["recorded"] == document["placed"] + sum(document["not_placed"].values())
    assert document["error_px"] is None
    assert document["context"] == {"error": 1}
    keep_error(workspace, kept, {"median": 0.2})
    assert replay_json(workspace.replay(workspace.capture("before")))["error_px"] == {"median": 0.2}


def test_error_is_measured_against_what_is_known(workspace: Workspace) -> None:
    _result, kept = replayed(workspace)
    known = [
        Known("a/1", "/", "desktop", "default", "#buy", 180.0, 627.0),
        Known("b/1", "/", "mobile", "faq-c", "#faq", 0.0, 0.0),
        Known("c/1", "/nowhere", "desktop", "", "", 0.0, 0.0),
    ]
    found = measure(workspace, kept, known)
    assert (found.events, found.placed, found.right_state, found.right_element) == (3, 2, 1, 2)
    assert (found.median, found.worst, found.worst_event) == (3.0, 3.0, "a/1")


# Ranking


def test_elements_are_ranked_by_clicks_with_shares_and_signals() -> None:
    placed = place_sessions(captured(), visitors())
    hits = placed.hits[1]
    buy, help_link = rank_elements(hits, outline_of("default"), count_visits(placed.hits[number] for number in (1, 2)))
    assert (buy.selector, buy.label, buy.clicks, buy.visits, buy.sessions) == ("#buy", "Buy", 2, 1, 1)
    assert (buy.click_share, buy.visit_share) == (2 / 3, 1 / 2)
    assert (buy.first, buy.last, buy.dead, buy.rage, buy.error) == (1, 0, 1, 0, 0)
    assert (help_link.selector, help_link.last, help_link.error) == ("#help", 1, 1)


def test_clicks_inside_a_control_count_for_the_control() -> None:
    outline = outline_of("default")
    inner = outline.by_selector["#list"]
    hits = place_sessions(captured(), [Visitor().click("#item").session()]).hits[1]
    assert [one.selector for one in rank_elements(hits, outline, 1)] == ["#item"]
    acting = outline_of.__wrapped__("default")
    object.__setattr__(acting.elements[inner.index], "interactive", True)
    assert [one.selector for one in rank_elements(hits, acting, 1)] == ["#list"]
    assert [one.selector for one in rank_elements(hits, acting, 1, roll_up=False)] == ["#item"]


def test_ranking_of_nothing() -> None:
    assert rank_elements(Hits.empty(), outline_of("default"), 0) == []
    assert count_visits([]) == 0


# Segments


def count(workspace: Workspace, *texts: str) -> int:
    _result, kept = replayed(workspace)
    segment = parse_segment(texts)
    table = session_table(workspace, kept)
    snapshots = workspace.snapshots(workspace.capture("before"))
    return sum(len(segment.apply(workspace.hits(kept, one), one, table)) for one in snapshots)


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ((), 8),
        (("viewport=mobile",), 2),
        (("viewport!=mobile",), 6),
        (("type=view",), 3),
        (("page=/", "type=click", "viewport=desktop"), 4),
        (("state~tab-*",), 1),
        (("variant=b",), 2),
        (("touch=yes",), 2),
        (("session=a",), 4),
        (("width>1000",), 6),
        (("width<1000", "type!=view"), 1),
        (("language~d?",), 4),
        (("signal=dead",), 1),
        (("signal!=dead",), 7),
        (("property.utm_source=mail",), 4),
        (("property.utm_source!=mail",), 4),
        (("source=mail",), 4),
        (("visited=/",), 8),
        (("visited!=/nowhere",), 6),
        (("goal=bought",), 0),
        (("goal!=bought",), 8),
        (("returning=no",), 0),
        (("country=NL",), 0),
        (("property.utm_source>3",), 0),
        (("time>2001-01-01",), 0),
        (("time<2001-01-01T00:00:00+00:00",), 8),
        (("page=/nowhere",), 0),
    ],
)
def test_segments(workspace: Workspace, texts: tuple[str, ...], expected: int) -> None:
    assert count(workspace, *texts) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("viewport", "write KEY=VALUE"),
        ("colour=red", "no key 'colour'; there are: page, viewport"),
        ("width=wide", "is not a number"),
        ("touch=maybe", "say true or false"),
        ("time>noon", "is not a time"),
        ("type=swipe", "no type 'swipe'; there are: view, click"),
        ("page<3", "cannot be compared"),
        ("touch~t*", "is no text"),
        ("property.=x", "no key"),
        ("campain=x", r"no key 'campain' \(do you mean campaign\?\)"),
        ("property.age>old", "is not a number"),
        ("goal<3", "cannot be compared"),
    ],
)
def test_segments_that_make_no_sense(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        parse_segment([text])


def test_people_of_a_segment_leave_out_what_it_asks_of_events() -> None:
    assert str(parse_segment(["type=click", "touch=no", "signal=rage"]).people) == "touch=False"
