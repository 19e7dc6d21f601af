"""Who may read, and what cannot be had: hosts, origins, tokens, paths, bad parameters, hostile text."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette

from heatreel.app.viewer.api import Api
from heatreel.app.viewer.backend import Here
from heatreel.app.viewer.export import csv_bytes, safe_cell
from heatreel.app.viewer.findings import ticket
from heatreel.app.viewer.guard import Door, door_of, is_loopback
from heatreel.app.viewer.serving import viewer_routes
from heatreel.core.errors import InputError
from viewer_making import TITLE, ask

TOKEN = "0123456789abcdefghij"
LOCAL = Door("127.0.0.1")
PUBLIC = Door("0.0.0.0", TOKEN)


def request(
    api: Api, path: str, door: Door = LOCAL, host: str = "127.0.0.1:8765", method: str = "GET",
    headers: Mapping[str, str | bytes] | None = None,
) -> httpx.Response:  # fmt: skip
    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(app=Starlette(routes=viewer_routes(Here(api), door)))
        async with httpx.AsyncClient(transport=transport, base_url=f"http://{host}") as client:
            return await client.request(method, path, headers=dict(headers or {}))

    return asyncio.run(send())


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8765", "127.0.0.1.evil.example", "localhost.evil", "", "[::2]"]
)
def test_a_name_that_is_not_this_machines_is_refused(api: Api, host: str) -> None:
    for path in ("/", "/api/v1/workspace", "/viewer.js", "/frame"):
        assert request(api, path, headers={"host": host}).status_code == 403


@pytest.mark.parametrize("host", ["localhost:1", "127.0.0.1", "[::1]:8765", "LOCALHOST"])
def test_names_of_this_machine_are_let_in(api: Api, host: str) -> None:
    assert request(api, "/api/v1/workspace", headers={"host": host}).status_code == 200


def test_pages_of_other_origins_may_lead_here_and_nothing_else(api: Api) -> None:
    for site in ("cross-site", "same-site"):
        led = {"sec-fetch-site": site, "sec-fetch-mode": "navigate"}
        assert request(api, "/", headers=led).status_code == 200
        for path in ("/api/v1/workspace", "/frame", "/player", "/viewer.js"):
            assert request(api, path, headers=led).status_code == 403
            assert request(api, path, headers={"sec-fetch-site": site, "sec-fetch-mode": "no-cors"}).status_code == 403
    assert request(api, "/api/v1/workspace", headers={"sec-fetch-site": "same-origin"}).status_code == 200
    assert not [name for name in request(api, "/api/v1/workspace").headers if name.startswith("access-control")]


def test_a_public_address_needs_the_token(api: Api) -> None:
    for path in ("/", "/api/v1/workspace", "/viewer.js", "/frame", "/player"):
        assert request(api, path, PUBLIC).status_code == 401
        for headers in (
            {"authorization": "Bearer wrong"},
            {"cookie": "heatreel_token=wrong"},
            {"cookie": "heatreel_token=\xe9".encode("latin-1")},
        ):
            assert request(api, path, PUBLIC, headers=headers).status_code == 401
        assert request(api, path, PUBLIC, headers={"authorization": f"Bearer {TOKEN}"}).status_code == 200
        # Cookies are of a host, whatever the port: other servers' may be of any form.
        for other in ("a=b", 'a={"b": [1]}'):
            assert request(api, path, PUBLIC, headers={"cookie": f"{other}; heatreel_token={TOKEN}"}).status_code == 200
    assert request(api, f"/api/v1/workspace?token={TOKEN}", PUBLIC).status_code == 401
    assert request(api, "/?token=wrong", PUBLIC).status_code == 401
    entered = request(api, f"/?token={TOKEN}", PUBLIC)
    assert (entered.status_code, entered.headers["location"]) == (303, "/")
    cookie = entered.headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=strict" in cookie


def test_the_token_is_made_anew_or_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HEATREEL_TOKEN", raising=False)
    assert door_of("127.0.0.1").token == ""
    first, second = door_of("0.0.0.0").token, door_of("shop.example").token
    assert len(first) > 40 and first != second
    monkeypatch.setenv("HEATREEL_TOKEN", TOKEN)
    assert door_of("127.0.0.1").token == TOKEN
    monkeypatch.setenv("HEATREEL_TOKEN", "short")
    with pytest.raises(InputError, match="HEATREEL_TOKEN"):
        door_of("0.0.0.0")


@pytest.mark.parametrize(
    ("host", "own"),
    [("127.0.0.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("shop.example", False)],
)
def test_loopback(host: str, own: bool) -> None:
    assert is_loopback(host) is own


def test_policies(api: Api) -> None:
    viewer, player, frame, data = (
        request(api, path).headers["content-security-policy"]
        for path in ("/", "/player", "/frame", "/api/v1/workspace")
    )
    for policy in (viewer, player):
        assert "script-src 'self';" in policy and "default-src 'none'" in policy
        assert "unsafe-eval" not in policy and not re.search(r"script-src[^;]*unsafe", policy)
    assert "unsafe-inline" not in viewer and "frame-ancestors 'none'" in viewer
    assert "script-src" not in frame and "sandbox allow-same-origin" in frame and "allow-scripts" not in frame
    assert "http" not in frame and "'self'" not in frame.replace("frame-ancestors 'self'", "")
    assert "sandbox" in data
    page = request(api, "/").text
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\son\w+=|\sstyle=", page)
    assert request(api, "/frame").text.startswith("<!doctype html>")
    assert request(api, "/frame?quirks=1").text.startswith("<html>")
    for path in ("/", "/frame", "/api/v1/workspace", "/nothing", "/viewer.js"):
        assert request(api, path).headers["x-content-type-options"] == "nosniff"


PATHS = ["/%2e%2e/heatreel.db", "/..%2fheatreel.db", "/heatreel.db", "/events.db", "/%2fetc%2fpasswd",
         "/bundles/viewer.js", "/.viewer.js", "/viewer.JS", "/viewer.js%00.png", "/blobs"]  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
def test_no_other_file_can_be_had(api: Api, path: str) -> None:
    assert request(api, path).status_code == 404


BAD = [
    ("nothing", [], 404), ("picture/1/../../heatreel.db", [], 404), ("picture/1/x.png", [], 404),
    ("picture/x/y", [], 404),
    ("thumb/0", [], 404), ("thumb/-1", [], 404), ("thumb/１", [], 404), ("dom/999999999999999999999999", [], 404),
    ("session/none", [], 404), ("film/none", [], 404), ("page", [("page", "/none")], 404),
    ("page", [("capture", "none")], 404),
    ("state", [("state", "none")], 404), ("state", [("viewport", "none")], 404), ("state", [("wher", "a=b")], 400),
    ("state", [("where", "none=1")], 400), ("state", [("where", "width=wide")], 400), ("state", [("where", "=")], 400),
    ("state", [("where", "language=de")] * 40, 400), ("state", [("page", "/"), ("page", "/help")], 400),
    ("state", [("kind", "heat")], 400), ("layer", [("kind", "click"), ("kind", "dead")], 400),
    ("layer", [("radius", "0")], 400), ("layer", [("radius", "nan")], 400), ("layer", [("top", "inf")], 400),
    ("layer", [("top", "-1")], 400), ("layer", [("palette", "none")], 400), ("layer", [("tone", "loud")], 400),
    ("layer", [("kind", "confetti"), ("by", "none")], 400), ("layer", [("unit", "pounds")], 400),
    ("pages", [("limit", "0")], 400), ("pages", [("limit", "1_0")], 400), ("pages", [("offset", "-1")], 400),
    ("pages", [("sort", "luck")], 400), ("sessions", [("signal", "joy")], 400), ("sessions", [("area", "1,2,3")], 400),
    ("sessions", [("element", "1")], 400), ("sessions", [("snapshot", "1"), ("area", "0,0,-1,1")], 400),
    ("sessions", [("snapshot", "1"), ("element", "99999")], 404), ("sessions", [("snapshot", "77777")], 404),
    ("compare", [], 400), ("compare", [("against", "viewport=desktop")], 400),
    ("compare", [("against", "viewport=none")], 404),
    ("crop", [], 400), ("crop", [("selector", "#none")], 404), ("crop", [("element", "0"), ("kind", "heat")], 400),
    ("export", [("what", "picture"), ("kind", "click"), ("kind", "dead")], 400), ("export", [("what", "all")], 400),
    ("export", [("form", "exe")], 400), ("routes", [("pattern", "no-slash")], 400), ("live", [("since", "x")], 400),
    ("findings", [("severity", "bad")], 400), ("hits/1", [("kind", "scroll")], 400),
    ("state", [("search", "a" * 5000)], 400), ("state", [("page", "a\0b")], 400),
]  # fmt: skip


@pytest.mark.parametrize(("path", "pairs", "status"), BAD)
def test_every_bad_question_gets_one_clear_line(api: Api, path: str, pairs: list[tuple[str, str]], status: int) -> None:
    error = ask(api, path, *pairs, status=status)["error"]
    assert error["status"] == status and len(error["message"]) > 10
    assert "\n" not in error["message"] and "Traceback" not in error["message"] and "--" not in error["message"]
    if status == 400:
        assert error.get("parameter") in {None, *(name for name, _value in pairs), "against", "selector", "snapshot"}


def test_the_snippet_has_the_address_that_was_asked(api: Api) -> None:
    for host in ("localhost:8765", "127.0.0.1:99"):
        line = request(api, "/api/v1/workspace", headers={"host": host}).json()["site"]["snippet"]
        assert f'src="http://{host}/heatreel.js"' in line
    hostile = api.answer("GET", "workspace", "", {"x-heatreel-base": 'http://a"><script>'})
    assert '<script async src="http://127.0.0.1:8765/' in json.loads(hostile.body)["site"]["snippet"]


def test_only_reading(api: Api) -> None:
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        assert request(api, "/api/v1/workspace", method=method).status_code == 405
    assert request(api, "/api/v1/replay", method="GET").status_code == 405
    assert request(api, "/api/v1/replay", method="POST").status_code == 403
    assert request(api, "/api/v1/workspace", method="HEAD").content == b""
    assert api.answer("GET", "page", "a=" + "b" * 20_000, {}).status == 414
    assert api.answer("GET", "page", "&".join(["where=a"] * 500), {}).status == 400
    assert api.answer("GET", "page", "page=%ff%fe", {}).status == 400


QUESTIONS = [
    "workspace",
    "pages",
    "page",
    "state",
    "layer",
    "sessions",
    "compare",
    "export",
    "hits/1",
    "thumb/1",
    "session/s001",
    "x",
]
NAMES = ["where", "page", "kind", "state", "viewport", "variant", "capture", "palette", "radius", "top", "by",
         "area", "sort",
         "limit", "offset", "element", "snapshot", "against", "what", "form", "search", "selector", "scale",
         "unit"]  # fmt: skip
VALUES = st.one_of(
    st.text(max_size=20),
    st.sampled_from(["/", "click", "1", "touch=true", "time>x", "png", "-1", "0,0,9,9", "default", "9" * 30]),
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(QUESTIONS), st.lists(st.tuples(st.sampled_from(NAMES), VALUES), max_size=4))
def test_no_question_is_a_fault(api: Api, path: str, pairs: list[tuple[str, str]]) -> None:
    query = "&".join(f"{name}={quote(value, errors='surrogatepass')}" for name, value in pairs)
    answer = api.answer("GET", path, query, {})
    assert answer.status < 500, answer.body
    assert answer.status < 400 or json.loads(answer.body)["error"]["message"]


def test_hostile_titles_stay_text(api: Api) -> None:
    for path in ("workspace", "pages", "page", "state", "session/s007"):
        answer = api.answer("GET", path, "", {})
        for character in "<>&\u2028\u2029":
            assert character.encode() not in answer.body
        assert answer.media == "application/json"
    assert ask(api, "page")["title"] == TITLE


@pytest.mark.parametrize("text", ["=1+1", "+cmd|' /C calc'!A0", "-2+3+cmd", "@SUM(A1)", "\t=1", "\r=1"])
def test_cells_are_no_formulas(text: str) -> None:
    table = csv_bytes([{"=name": text, "number": -3.5, "text": "-3.5", "plain": 'a,b\n"c"'}])
    names, cells = list(csv.reader(io.StringIO(table.decode("utf-8-sig"), newline="")))
    assert names[0] == "'=name"
    assert cells == [f"'{text}", "-3.5", "-3.5", 'a,b\n"c"']
    assert safe_cell(-3.5) == -3.5 and safe_cell(None) == ""


def test_a_ticket_is_no_markup() -> None:
    hostile = "](javascript:alert(1)) <b> `code` *x*"
    found = dict.fromkeys(("title", "detail", "page", "viewport", "variant", "state", "selector", "rule"), hostile)
    text = ticket(found | {"numbers": [], "source": "insights", "severity": "info"})
    outside = re.sub(r"(`+) ?.*?\1(?!`)", "", text)
    assert "](" not in outside.replace("\\]", "") and "<b>" not in outside.replace("\\<", "")


def test_exports_can_be_read_back(api: Api, site: Path) -> None:
    for what in ("pages", "elements", "sessions", "events", "ledger"):
        table = ask(api, "export", ("what", what), ("form", "json"))[what]
        text = ask(api, "export", ("what", what)).decode("utf-8-sig")
        rows = list(csv.DictReader(io.StringIO(text, newline="")))
        assert len(rows) == len(table) > 0
    events = ask(api, "export", ("what", "events"), ("form", "json"))["events"]
    ledger = ask(api, "workspace")["ledger"]
    assert len(events) == ledger["recorded"]
    assert sum(one["status"] == "placed" for one in events) == ledger["placed"]
    some = ask(api, "export", ("what", "events"), ("form", "json"), ("where", "signal=dead"))["events"]
    assert some and all("dead" in one["signals"] for one in some)
    assert ask(api, "export", ("what", "picture")).startswith(b"\x89PNG")
    assert site.is_dir()
