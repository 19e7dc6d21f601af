"""What the recorder does not say: nothing without consent, of who is not in the sample, never what was typed."""

from __future__ import annotations

import gzip
import sqlite3
import zlib
from pathlib import Path

import pytest
from playwright.sync_api import Page

from recorder.driving import BEGUN, LATER, Visit, name_of, visiting

pytestmark = pytest.mark.browser


def collected(page: Page) -> list[str]:
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.url.endswith("/collect") else None)
    return sent


def test_nothing_before_consent_and_nothing_after_it_is_taken_back(tmp_path: Path) -> None:
    with visiting(tmp_path, attributes="data-consent") as visit:
        page = visit.page
        page.add_init_script(
            "const add = EventTarget.prototype.addEventListener; window.added = 0;"
            "EventTarget.prototype.addEventListener = function (...values) {"
            " if (new Error().stack.includes('heatreel.js')) added++; return add.apply(this, values) }"
        )
        sent = collected(page)
        visit.open(more=False)
        visit.click("#title")
        page.evaluate("heatreel.flush()")
        page.wait_for_timeout(300)
        assert (sent, page.evaluate("added"), page.evaluate("sessionStorage.length")) == ([], 0, 0)
        assert page.evaluate("document.cookie + localStorage.length") == "0"

        page.evaluate("heatreel.consent(true)")
        page.evaluate(LATER)
        visit.click("#dead")
        visit.flush()
        page.evaluate("heatreel.consent(true)")
        page.evaluate(LATER)
        visit.click("#dead")
        visit.flush()
        first = page.evaluate("heatreel.session()[0]")

        visit.click("#title")
        page.evaluate("heatreel.consent(false)")
        page.keyboard.press("Tab")
        visit.click("#title")
        page.evaluate("heatreel.flush()")
        page.wait_for_timeout(300)
        assert page.evaluate("sessionStorage.length") == 0
        assert not page.evaluate("heatreel.session()")
        assert len(sent) == 2

        page.evaluate("heatreel.consent(true)")
        page.evaluate(LATER)
        visit.click("#area")
        visit.flush()
        assert page.evaluate("heatreel.session()[0]") != first
        sessions = visit.sessions()
    clicked = [[name_of(event) for event in one.events if event.type == "click"] for one in sessions]
    assert sorted(clicked) == [["area"], ["dead", "dead"]]


@pytest.mark.parametrize(("share", "low", "high"), [("0", 0, 0), ("0.5", 2, 14)])
def test_the_sample_is_of_sessions_and_says_its_rate(tmp_path: Path, share: str, low: int, high: int) -> None:
    with visiting(tmp_path, attributes=f'data-sample="{share}"') as visit:
        visit.page.route("**/heatreel-more.js", lambda route: route.abort())
        for number in range(16):
            visit.page.goto(f"{visit.base}/none")
            # The id of a session decides, so that all pages of it are in the sample or none is.
            visit.page.evaluate(
                "id => sessionStorage.setItem('heatreel', JSON.stringify([id, Date.now()]))", f"session-{number}"
            )
            for _ in range(2):
                visit.page.goto(f"{visit.base}/next.html")
                visit.page.wait_for_function(BEGUN)
                visit.page.evaluate(LATER)
                visit.page.evaluate("heatreel.goal('seen'); heatreel.flush()")
        visit.page.goto("about:blank")
        visit.page.wait_for_timeout(500)
        sessions = visit.sessions()
    goals = [sum(event.type == "goal" for event in session.events) for session in sessions]
    assert low <= len(sessions) <= high and set(goals) <= {2}
    assert {session.sampling for session in sessions} <= {float(share)}


def test_tabs_of_one_visitor_only_where_the_site_chose_so(tmp_path: Path) -> None:
    with visiting(tmp_path, attributes="data-visitor") as visit:
        visit.open("next.html")
        visit.flush()
        visit.page = visit.context.new_page()
        page = visit.open("next.html")
        visit.flush()
        one, other = visit.sessions()
        page.evaluate("heatreel.consent(false)")
        assert page.evaluate("localStorage.length") == 0
    assert one.id != other.id
    assert one.visitor == other.visitor != ""


def test_of_a_query_only_what_the_site_names(tmp_path: Path) -> None:
    with visiting(tmp_path, attributes='data-query="page,lang"') as visit:
        visit.open("everything.html?q=secret&page=2&utm_source=mail&token=1&lang=de#secret")
        visit.flush()
        (view,) = visit.events("view")
        (session,) = visit.sessions()
    assert view.url == f"{visit.base}/everything.html?page=2&lang=de"
    assert session.properties["utm_source"] == "mail"


def test_an_ampersand_in_a_path_is_kept(tmp_path: Path) -> None:
    with visiting(tmp_path) as visit:
        visit.open()
        visit.page.evaluate("history.pushState({}, '', '/salt&pepper/a?x=1#!/route?y=2')")
        visit.click("#title")
        visit.flush()
        views = visit.events("view")
    assert views[-1].url == f"{visit.base}/salt&pepper/a#!/route"


SECRETS = (
    "Xq7typed",
    "Xq7pasted",
    "Xq7chosen",
    "Xq7prefilled",
    "Xq7hidden",
    "Xq7title",
    "Xq7query",
    "Xq7masked",
    "Xq7said",
)
FORM = """<!doctype html><html><head><title>Xq7title</title></head><body style="margin:20px"><h1 id=title>Form</h1>
<form><input id=text value="Xq7prefilled"><input id=pass type=password><input type=hidden value="Xq7hidden" name=h>
<textarea id=area></textarea><select id=choose><option>none<option>Xq7chosen</select>
<div id=edit contenteditable>write</div>
</form><p data-heatreel-mask><button id=masked title="Xq7masked">Xq7masked</button></p><p id=said></p>
<script>text.oninput = () => { said.textContent = text.value + " Xq7said" }</script>"""


@pytest.mark.parametrize("film", [False, True])
def test_nothing_typed_is_anywhere_in_the_workspace(tmp_path: Path, film: bool) -> None:
    folder = tmp_path / "pages"
    folder.mkdir()
    (folder / "index.html").write_text(FORM)
    workspace = tmp_path / "workspace"
    with visiting(workspace, folder, film=film) as visit:
        page = visit.open("index.html?token=Xq7query", more=True)
        if film:
            with page.expect_response(lambda response: "/film?" in response.url):
                type_secrets(visit)
            visit.click("#title")
        else:
            type_secrets(visit)
        visit.flush()
        page.goto("about:blank")
        page.wait_for_timeout(500)
        assert len(visit.clicks()) == 6 + film
    stored = [*texts(workspace)]
    assert len(stored) > 2 and any(b'"selector"' in text for text in stored)
    if film:
        assert any(b'"tagName"' in text for text in stored)
    leaks = {secret for secret in SECRETS for text in stored if secret.encode() in text}
    assert not leaks


def type_secrets(visit: Visit) -> None:
    page = visit.page
    for name in ("text", "pass", "area", "edit"):
        visit.click(f"#{name}")
        page.keyboard.type("Xq7typed")
    page.evaluate("document.execCommand('insertText', false, 'Xq7pasted')")
    page.select_option("#choose", "Xq7chosen")
    visit.click("#said", force=True)
    visit.click("#masked")
    page.wait_for_timeout(1500)


def texts(folder: Path) -> list[bytes]:
    """All that is stored in a workspace: every file, and inflated whatever is packed in a database or a file."""
    found: list[bytes] = []
    for path in folder.rglob("*"):
        if not path.is_file():
            continue
        found.append(path.read_bytes())
        if found[-1].startswith(b"SQLite"):
            found.extend(columns(path))
        found.extend(inflated(found[-1]))
    return found


def columns(path: Path) -> list[bytes]:
    with sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True) as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        values = [value for name in tables for row in connection.execute(f'SELECT * FROM "{name}"') for value in row]
    blobs = [value for value in values if isinstance(value, bytes)]
    return [repr(values).encode(), *(text for blob in blobs for text in inflated(blob))]


def inflated(blob: bytes) -> list[bytes]:
    for unpack in (zlib.decompress, gzip.decompress):
        try:
            return [unpack(blob)]
        except (zlib.error, OSError, EOFError):
            continue
    return []
