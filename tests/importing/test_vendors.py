"""True exports: what the vendors' own packages said of one visit (see data/README.md)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from heatreel.replay.importing.openreplay_dom import Dom
from heatreel.replay.importing.posthog import elements_of_chain
from heatreel.replay.importing.sealing import digest
from importing.making import DATA, KEY, URL, run, write

# The middle of what was clicked, page px, as each tool saw it.
CLICKED = [(500, 104), (171, 444), (76, 479), (171, 655), (732, 28), (732, 28), (500, 925)]


def test_clarity_says_element_and_point(tmp_path: Path) -> None:
    done = run(tmp_path, DATA / "clarity.json")
    assert not done.error and done.account and done.account.format == "clarity"
    clicks = done.of("click")
    assert [(event.x, event.y) for event in clicks] == CLICKED
    assert [event.target.tag for event in clicks if event.target] == ["h1", "a", "div", "a", "a", "a", "p"]
    menu = clicks[4].target
    # Clicks say ids in small letters; the payload's DOM says them as they are.
    assert menu and menu.id == "navbarDropdownPortfolio" and menu.selector.startswith("body > nav:nth-of-type(1) > ")
    assert clicks[0].target and clicks[0].target.name_hash == digest("FAQ Subheading", KEY)
    for event in clicks:
        assert event.target and event.x is not None and event.u is not None
        left, _, width, _ = event.target.box
        assert left + event.u * width == pytest.approx(event.x, abs=0.2)
    (session,) = done.sessions
    assert session.viewport == (1000, 700) and session.events[0].type == "view"
    assert [event.y for event in done.of("scroll")] == [250]
    # The visitor's clock, not that of the decoder.
    assert 1_795_372_350_000 < session.started_ms < 1_795_372_351_000


def test_openreplay_says_where_the_node_stood(tmp_path: Path) -> None:
    """Its selector for two of the links is one and the same; its messages build the page, so each has a path."""
    done = run(tmp_path, DATA / "openreplay.json")
    assert not done.error and done.account and done.account.format == "openreplay"
    clicks = done.of("click")
    answer = "body > div:nth-of-type(1) > div:nth-of-type(1) > div:nth-of-type({})"
    head = f"{answer} > div:nth-of-type(1) > h5:nth-of-type(1) > a:nth-of-type(1)"
    assert [event.target.selector for event in clicks[:4] if event.target] == [
        "body > div:nth-of-type(1) > h1:nth-of-type(1)",
        head.format(2),
        f"{answer.format(2)} > div:nth-of-type(2) > div:nth-of-type(1)",
        head.format(3),
    ]
    assert clicks[1].target and clicks[3].target and clicks[1].target.key != clicks[3].target.key
    assert {event.data["point"] for event in clicks} == {"middle"}
    # Moves are in the window when they come, and on the page here.
    assert [(event.x, event.y) for event in done.of("move")][-1] == (500, 925)


def test_openreplay_without_its_page_says_the_selector(tmp_path: Path) -> None:
    messages = [
        [0, 1_700_000_000_000],
        [122, "https://shop.test/faq.html", "", 1_700_000_000_000, "FAQ"],
        [5, 1000, 700],
        [68, 12, 3, "FAQ", "#faq > .head:nth-child(2)", 5000, 100],
        [8, 12, 99, 0, "DIV", False],
        [68, 12, 3, "FAQ", "h1", 5000, 100],
    ]
    file = tmp_path / "messages.json"
    file.write_text(json.dumps(messages))
    done = run(tmp_path, file)
    assert [event.target.selector for event in done.of("click") if event.target] == ["#faq > .head:nth-child(2)", "h1"]


def test_openreplay_follows_what_was_moved_and_removed() -> None:
    dom = Dom()
    for message in ([7], [8, 1, 0, 0, "BODY", False], [8, 2, 1, 0, "P", False], [8, 3, 1, 1, "P", False],
                    [9, 4, 3, 0], [8, 5, 3, 1, "A", False]):  # fmt: skip
        dom.hear(message)
    assert dom.path(5) == "body > p:nth-of-type(2) > a:nth-of-type(1)"
    dom.hear([10, 3, 1, 0])
    assert dom.path(5) == "body > p:nth-of-type(1) > a:nth-of-type(1)"
    assert dom.path(2) == "body > p:nth-of-type(2)"
    dom.hear([11, 3])
    assert (dom.path(5), dom.path(2), dom.path(4), dom.path("x")) == ("", "body > p:nth-of-type(1)", "", "")
    for odd in ([8], [8, "a", 1, 0, "P"], [10, 77, 1, 0], [11], [11, None], [8, 0, 1, 0, "P"], "text", [[8]]):
        dom.hear(odd)
    assert dom.path(2) == "body > p:nth-of-type(1)"


def test_posthog_says_each_click_once(tmp_path: Path) -> None:
    done = run(tmp_path, DATA / "posthog.json")
    assert not done.error and done.account and done.account.format == "posthog"
    assert [(event.x, event.y) for event in done.of("click")] == CLICKED
    assert done.account.skipped == {"a click that is in $heatmap_data too": 4}
    assert [event.data.get("fixed", False) for event in done.of("click")] == [False] * 4 + [True] * 2 + [False]
    assert done.sessions[0].language == "en-US"


def test_posthog_elements_alone(tmp_path: Path) -> None:
    events = [one for one in json.loads((DATA / "posthog.json").read_text("utf-8")) if one["event"] != "$$heatmap"]
    done = run(tmp_path, write(tmp_path, "events.json", json.dumps(events)))
    targets = [event.target for event in done.of("click") if event.target]
    assert [target.selector.split(" > ")[-1] for target in targets] == ["a:nth-of-type(1)"] * 4
    assert targets[0].selector == (
        "body > div:nth-of-type(1) > div:nth-of-type(1) > div:nth-of-type(2) > div:nth-of-type(1)"
        " > h5:nth-of-type(1) > a:nth-of-type(1)"
    )
    assert targets[0].name_hash == digest("Collapsible Group Item #2", KEY)
    assert targets[2].id == "navbarDropdownPortfolio" and targets[2].classes == ("dropdown-toggle", "nav-link")


def test_posthog_pairs_elements_with_points(tmp_path: Path) -> None:
    """As many elements as points before a sending are the same clicks: one event with both."""
    events = json.loads((DATA / "posthog.json").read_text("utf-8"))
    autocaptured = [one for one in events if one["event"] == "$autocapture"]
    heat = next(one for one in events if one["event"] == "$$heatmap")
    (points,) = heat["properties"]["$heatmap_data"].values()
    heat["properties"]["$heatmap_data"] = {URL: [points[1], points[3], points[4], points[5]]}
    done = run(tmp_path, write(tmp_path, "events.json", json.dumps([heat, *autocaptured])))
    clicks = done.of("click")
    assert [(event.x, event.y) for event in clicks] == [(171, 444), (171, 655), (732, 28), (732, 28)]
    assert all(event.target and event.target.tag == "a" for event in clicks)


def test_posthog_chain_with_odd_texts() -> None:
    chain = 'a.x:href="/a;b"nth-child="1"nth-of-type="2"text="He said \\"hi\\"; bye";div:nth-child="1"nth-of-type="1"'
    first, second = elements_of_chain(chain)
    assert (first["tag"], first["text"], first["href"]) == ("a", 'He said "hi"; bye', "/a;b")
    assert (second["tag"], second["nth-of-type"]) == ("div", "1")


def test_posthog_heatmaps_table(tmp_path: Path) -> None:
    table = (
        "session_id,distinct_id,timestamp,x,y,scale_factor,viewport_width,viewport_height,pointer_target_fixed,current_url,type\n"
        f"s1,d,2026-01-01 10:00:00.123,10,20,16,90,56,false,{URL}?q=1,click\n"
        f"s1,d,2026-01-01 10:00:01,10,20,16,90,56,false,{URL},rageclick\n"
        f"s1,d,2026-01-01 10:00:02,10,zzz,16,90,56,false,{URL},click\n"
    )
    done = run(tmp_path, write(tmp_path, "heat.csv", table))
    (click,) = done.of("click")
    assert (click.x, click.y, click.viewport, click.url) == (168, 328, (1440, 896), URL)
    assert (
        done.account and done.account.skipped["bad row"] == 1 and done.account.bad[0].endswith("y is no number: 'zzz'")
    )


def test_ga4_counts_elements(tmp_path: Path) -> None:
    params = [
        {"key": "page_location", "value": {"string_value": f"{URL}?utm_source=news&x=1"}},
        {"key": "ga_session_id", "value": {"int_value": "1234"}},
        {"key": "link_url", "value": {"string_value": "https://shop.test/pricing.html"}},
        {"key": "link_classes", "value": {"string_value": "nav-link"}},
    ]
    event = {"event_date": "20260101", "event_timestamp": "1611593843563242", "event_name": "click",
             "event_params": params, "user_pseudo_id": "1.2", "device": {"category": "mobile"},
             "geo": {"country": "Norway"}, "traffic_source": {"source": "google", "medium": "organic"}}  # fmt: skip
    scroll = event | {
        "event_name": "scroll",
        "event_params": [*params[:2], {"key": "percent_scrolled", "value": {"int_value": "90"}}],
    }
    other = event | {"event_name": "purchase"}
    done = run(tmp_path, write(tmp_path, "ga4.jsonl", "\n".join(map(json.dumps, (event, scroll, other, 5)))))
    (tap,) = done.of("tap")
    assert tap.target and tap.target.href == "/pricing.html" and tap.target.classes == ("nav-link",)
    assert (tap.url, tap.u, tap.data["point"], tap.x) == (URL, 0.5, "middle", None)
    assert [event.data["reach"] for event in done.of("scroll")] == [0.9]
    assert done.sessions[0].properties == {
        "utm_source": "news", "device": "mobile", "country": "Norway", "source": "google", "medium": "organic",
    }  # fmt: skip
    assert done.account and done.account.skipped == {"of type 'purchase'": 1, "bad row": 1}
    assert "neither points nor viewports" in done.account.notes[0]


def test_matomo_answer_of_the_api(tmp_path: Path) -> None:
    rows = [{"selector": "#main > a", "offset_x": "1000", "offset_y": "500", "value": "3"},
            {"selector": "#main > a", "offset_x": "9999", "offset_y": "500", "value": "1"}]  # fmt: skip
    file = write(tmp_path, "heat.json", json.dumps(rows))
    assert "does not say its page and viewport" in run(tmp_path / "no", file).error
    done = run(tmp_path, file, url=URL, viewport=(1000, 700))
    clicks = done.of("click")
    assert [(event.u, event.v) for event in clicks] == [(0.5, 0.25)] * 3
    # Nobody in particular, and no haste: a minute between them.
    assert [event.time_ms for event in clicks] == [0, 60_000, 120_000]
    assert done.account and done.account.skipped["bad row"] == 1
