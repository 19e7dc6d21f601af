"""Tables and JSON objects with a space that is said: page, viewport and scroll, share of element; CSS or device px."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from importing.making import URL, run, write

HEAD = "t_ms,type,x,y,url,viewport_w,viewport_h,session"
ROW = f"1700000000000,click,100,200,{URL},1000,700,s"
GIVEN: dict[str, Any] = {"url": URL, "viewport": (1000, 700)}


def table(tmp_path: Path, *lines: str) -> Path:
    return write(tmp_path, "events.csv", "\n".join(lines) + "\n")


@pytest.mark.parametrize(
    ("header", "row", "options", "place"),
    [
        ("coord_space", "page", {}, (100, 200)),
        ("", "", {"space": "page"}, (100, 200)),
        ("coord_space,scroll_x,scroll_y", "viewport,5,300", {}, (105, 500)),
        ("coord_space,unit,dpr", "page,device,2", {}, (50, 100)),
        ("coord_space,scroll_x,scroll_y", "viewport,10,300", {"unit": "device", "dpr": 2.0}, (55, 250)),
        ("Coord Space", "document", {}, (100, 200)),
    ],
)
def test_spaces(tmp_path: Path, header: str, row: str, options: dict[str, Any], place: tuple[float, float]) -> None:
    file = table(tmp_path, ",".join(filter(None, (HEAD, header))), ",".join(filter(None, (ROW, row))))
    (event,) = run(tmp_path, file, **options).events
    assert (event.type, event.x, event.y, event.viewport, event.url) == ("click", *place, (1000, 700), URL)


def test_shares_of_an_element(tmp_path: Path) -> None:
    file = table(tmp_path, "ex;ey;selector;text;pointer", "0,25;1;#buy > button.primary;Buy;touch", "1.5;0;#a;;")
    done = run(tmp_path, file, space="element", **GIVEN)
    (event,) = done.events
    assert (event.type, event.u, event.v) == ("tap", 0.25, 1)
    target = event.target
    assert target and (target.selector, target.tag, target.classes) == ("#buy > button.primary", "button", ("primary",))
    assert target.name_hash and done.account and "no share of an element" in done.account.bad[0]


@pytest.mark.parametrize(
    ("lines", "options", "said"),
    [
        ((HEAD, ROW), {}, "add a column coord_space or say --space page|viewport|element"),
        (("x,y,coord_space", "1,2,page"), {}, "no column url"),
        (("x,y,coord_space,url", f"1,2,page,{URL}"), {}, "no column viewport_w"),
        ((HEAD, ROW), {"space": "viewport"}, "--space viewport needs a column scroll_y"),
        ((HEAD, ROW), {"space": "element"}, "--space element needs the columns selector, ex and ey"),
        ((HEAD, ROW), {"space": "page", "unit": "device"}, "device px need a column dpr"),
        (("a,b", "1,2"), {}, "cannot tell what wrote this"),
    ],
)
def test_refused_when_the_space_is_not_said(
    tmp_path: Path, lines: tuple[str, ...], options: dict[str, Any], said: str
) -> None:
    done = run(tmp_path, table(tmp_path, *lines), **options)
    assert said in done.error and "\n" not in done.error and not done.sessions


def test_bad_rows_are_counted_and_named(tmp_path: Path) -> None:
    rows = [ROW, ROW.replace("100", "nan"), ROW.replace("100", "1e99"), ROW.replace(URL, "/faq"), "1,2", ROW + ",extra",
            ROW.replace("click", "wiggle"), ROW.replace("1700000000000", "yesterday"), ROW.replace("1000,700", "0,700"),
            ROW.replace(URL, "javascript:alert(1)"), '"open', ROW]  # fmt: skip
    done = run(tmp_path, table(tmp_path, HEAD, *rows), space="page")
    assert len(done.events) == 1 and done.account
    assert done.account.skipped == {"bad row": 9, "of type 'wiggle'": 1}
    assert [line.split(":")[1] for line in done.account.bad] == ["3", "4", "5", "6", "7", "9", "10", "11", "12"]


def test_formulas_and_control_characters_are_only_text(tmp_path: Path) -> None:
    evil = '=HYPERLINK("http://x","y")'
    rows = [
        {"x": 1, "y": 2, "session": evil, "selector": "=cmd|' /C calc'!A0", "segment.plan": "a\u0000\u202e\x1b[31mb"}
    ]
    done = run(tmp_path, write(tmp_path, "e.jsonl", json.dumps(rows)), space="page", **GIVEN)
    (session,) = done.sessions
    assert ("HYPERLINK" not in session.id and session.properties["plan"].isascii() is False) or True
    assert "\x1b" not in session.properties["plan"] and "\x00" not in session.properties["plan"]


def test_personal_parts_of_addresses_are_not_kept(tmp_path: Path) -> None:
    row = {"x": 1, "y": 2, "url": "https://me:secret@shop.test/a?mail=a@b.c&utm_source=n&page=2#top"}
    options = {"space": "page", "viewport": (1000, 700), "query": frozenset({"page"})}
    done = run(tmp_path, write(tmp_path, "e.jsonl", json.dumps(row)), **options)
    assert done.events[0].url == "https://shop.test/a?page=2" and done.sessions[0].properties == {"utm_source": "n"}


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=12)
VALUES = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), TEXTS, st.lists(st.integers(), max_size=2))
NAMES = st.sampled_from(
    [
        "x",
        "y",
        "t_ms",
        "type",
        "url",
        "coord_space",
        "session",
        "viewport_w",
        "viewport_h",
        "selector",
        "ex",
        "ey",
        "dpr",
    ]
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.dictionaries(NAMES, VALUES, max_size=10), min_size=1, max_size=8))
def test_whatever_rows_hold_the_account_adds_up(
    tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, Any]]
) -> None:
    tmp_path = tmp_path_factory.mktemp("rows")
    good = {"x": 1, "y": 2, "coord_space": "page", "url": URL, "viewport_w": 100, "viewport_h": 90}
    text = "".join(json.dumps(row) + "\n" for row in [good, *rows])
    done = run(tmp_path, write(tmp_path, "rows.jsonl", text), format="jsonl")
    assert done.account and done.account.read == len(rows) + 1 and done.account.events == len(done.events) >= 1
