"""The report: a whole folder, hostile texts that stay text, and a viewer that works from disk."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from heatreel.app.evidence import evidence_of
from heatreel.capture.browser import find_browser
from heatreel.core.errors import CannotRun, InputError
from heatreel.core.hits import Hits
from heatreel.core.workspace import Workspace
from heatreel.overlays.bundle import bundle
from heatreel.overlays.evidence import Evidence
from heatreel.overlays.folder import whole_folder
from heatreel.overlays.html import json_for_script
from heatreel.overlays.report import MARK, write_report
from overlays_making import make_workspace

HOSTILE = (
    "</title></script><script>window.broken=1</script>",
    "<img src=x onerror=window.broken=1><svg/onload=window.broken=1>",
    "\"'><iframe src=javascript:window.broken=1></iframe><meta http-equiv=refresh content='0;url=http://h.invalid/'>",
    "<!--<script>{{ 7 * 7 }}{% raw %}</style><style>body{display:none}@import 'http://h.invalid/'</style>",
    "javascript:window.broken=1//\u2028\u2029</textarea><base href=http://h.invalid/>",
)


def write(workspace_folder: Path, out: Path, change: Callable[[Evidence], Evidence] = lambda same: same) -> Path:
    with Workspace.open(workspace_folder) as workspace:
        capture = workspace.capture()
        evidence = change(evidence_of(workspace, capture))
        return write_report(workspace, capture, out, evidence, date="1 Feb 2026")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shop") / "w"
    make_workspace(folder)
    return folder


def with_measures(evidence: Evidence) -> Evidence:
    error = {"events": 200, "placed": 200, "right_state": 199, "right_element": 198, "median": 0.4, "p95": 2.5}
    unknown = {"page": "/shop", "viewport": "desktop", "variant": "", "events": 12, "sessions": 3,
               "path": [{"action": "click", "selector": "#sort"}]}  # fmt: skip
    return replace(evidence, details={**evidence.details, "error_px": error, "unknown_states": [unknown]})


@pytest.fixture(scope="module")
def report(shop: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(shop, tmp_path_factory.mktemp("out") / "report", with_measures).parent


def document(page: Path) -> dict[str, Any]:
    text = re.search(r'<script type="application/json" id="document">(.*?)</script>', page.read_text(), re.DOTALL)
    assert text
    return json.loads(text[1])  # type: ignore[no-any-return]


# The folder


def test_every_file_that_is_named_is_there_and_no_other(report: Path) -> None:
    named = {MARK, "index.html"}
    for page in sorted(report.glob("page-*.html")):
        named.add(page.name)
        for place in document(page)["places"]:
            for state in place["states"]:
                named |= {state["thumb"], *(part[2] for part in state["picture"])}
                named |= {layer["src"] for layer in state["layers"].values() if layer["src"]}
    named |= set(re.findall(r'src="(thumbs/[^"]+)"', (report / "index.html").read_text()))
    there = {str(path.relative_to(report)) for path in report.rglob("*") if path.is_file()}
    assert there == named
    assert len(list(report.glob("page-*.html"))) == 2


def test_numbers_agree_with_the_hits(shop: Path, report: Path) -> None:
    with Workspace.open(shop) as workspace:
        capture = workspace.capture()
        replay = workspace.replay(capture)
        snapshots = [one for one in workspace.snapshots(capture) if one.page == "/shop"]
        hits = {(one.viewport.name, one.state.id): workspace.hits(replay, one) for one in snapshots}
        ledger = replay.ledger
    shown = next(found for page in report.glob("page-*.html") if (found := document(page))["page"] == "/shop")
    assert shown["ledger"]["placed"] == ledger.placed
    assert shown["ledger"]["line"] == ledger.line()
    for place in shown["places"]:
        assert sum(state["share"] for state in place["states"]) == pytest.approx(1, abs=0.001)
        for state in place["states"]:
            own = hits[place["viewport"]["name"], state["id"]]
            assert state["events"] == len(own)
            assert state["clicks"] == len(own.of_type("click", "tap")) == state["layers"]["click"]["events"]
            assert sum(row.get("clicks", 0) for row in state["elements"]) == state["clicks"]
            assert sum(row.get("share", 0) for row in state["elements"]) == pytest.approx(1, abs=0.001)
            assert all(0 <= row.get("visitShare", 0) <= 1 for row in state["elements"])


def test_same_input_same_bytes(shop: Path, report: Path, tmp_path: Path) -> None:
    again = write(shop, tmp_path / "again", with_measures).parent
    names = sorted(str(path.relative_to(report)) for path in report.rglob("*") if path.is_file())
    assert names == sorted(str(path.relative_to(again)) for path in again.rglob("*") if path.is_file())
    assert [name for name in names if (report / name).read_bytes() != (again / name).read_bytes()] == []


def test_a_report_is_replaced_and_leaves_nothing_beside_it(shop: Path, tmp_path: Path) -> None:
    out = tmp_path / "r"
    write(shop, out)
    (out / "stale.txt").write_text("old")
    write(shop, out)
    assert not (out / "stale.txt").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["r"]


def test_anything_else_is_refused_and_untouched(shop: Path, tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "thesis.txt").write_text("years")
    with pytest.raises(InputError, match="holds other things than a report"):
        write(shop, mine)
    with pytest.raises(InputError, match="is not a folder"):
        write(shop, mine / "thesis.txt")
    (tmp_path / "link").symlink_to(mine)
    with pytest.raises(InputError, match="is not a folder"):
        write(shop, tmp_path / "link")
    assert [path.name for path in mine.iterdir()] == ["thesis.txt"]
    empty = tmp_path / "empty"
    empty.mkdir()
    assert write(shop, empty).is_file()


def test_a_report_that_fails_leaves_the_old_one_whole(shop: Path, tmp_path: Path) -> None:
    out = tmp_path / "r"
    write(shop, out)
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}

    def broken(evidence: Evidence) -> Evidence:
        left = iter(range(3))

        def hits(snapshot: Any) -> Hits:
            if next(left, None) is None:
                raise RuntimeError("pulled the plug")
            return evidence.hits(snapshot)

        return replace(evidence, hits=hits)

    with pytest.raises(RuntimeError, match="plug"):
        write(shop, out, broken)
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == before
    assert [path.name for path in tmp_path.iterdir()] == ["r"]


def test_a_folder_is_never_seen_half_written(tmp_path: Path) -> None:
    out = tmp_path / "r"
    seen, done = set(), threading.Event()

    def watch() -> None:
        while not done.is_set():
            if out.exists():
                seen.add(len(list(out.glob("*.txt"))))

    with ThreadPoolExecutor(1) as pool:
        watching = pool.submit(watch)
        with whole_folder(out, "mark") as draft:
            for number in range(50):
                (draft / f"{number}.txt").write_text("x")
            (draft / "mark").write_text("x")
        while not seen:
            pass
        done.set()
        watching.result()
    assert seen == {50}


def test_a_capture_without_snapshots_is_said(tmp_path: Path, shop: Path) -> None:
    with Workspace.writing(tmp_path / "w") as workspace:
        capture = workspace.begin_capture("empty", workspace.site(), "b", "s", {})
        with Workspace.open(shop) as other:
            evidence = evidence_of(other, other.capture())
        with pytest.raises(InputError, match="holds no snapshots"):
            write_report(workspace, capture, tmp_path / "out", evidence)
    assert not (tmp_path / "out").exists()


def test_a_bundle_that_is_not_built_says_how_to_build_it() -> None:
    with pytest.raises(CannotRun, match="npm run build"):
        bundle("none.js")


# Hostile texts


@pytest.mark.parametrize("text", HOSTILE)
def test_json_in_a_script_holds_no_markup_and_reads_back(text: str) -> None:
    written = str(json_for_script({"text": text}))
    assert not re.search("[<>&\u2028\u2029]", written)
    assert json.loads(written) == {"text": text}


@pytest.fixture(scope="module")
def hostile_report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hostile")
    page = "/" + HOSTILE[0]
    make_workspace(
        folder / "w", title=" ".join(HOSTILE), name=HOSTILE[1] + "\ud800", label=HOSTILE[2], page=page, clicks=80
    )

    def hostile_details(evidence: Evidence) -> Evidence:
        unknown = {"page": page, "viewport": "desktop", "variant": "", "events": 2, "sessions": 1,
                   "path": [{"action": "click", "selector": HOSTILE[3]}]}  # fmt: skip
        pages = [{"page": HOSTILE[4], "viewport": "", "variant": "", "captured": False, "recorded": 3}]
        details = {**evidence.details, "unknown_states": [unknown], "pages": pages}
        return replace(evidence, details=details, where=HOSTILE[1])

    return write(folder / "w", folder / "report", hostile_details).parent


class Markup(HTMLParser):
    """All tags of a page with their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def test_no_page_of_the_report_holds_hostile_markup(hostile_report: Path) -> None:
    for page in hostile_report.glob("*.html"):
        tags = Markup(page.read_text("utf-8")).tags
        names = [tag for tag, _ in tags]
        assert (names.count("script"), names.count("style"), names.count("title")) == (2, 1, 1)
        assert not {"iframe", "base", "object", "embed", "form", "textarea"} & set(names)
        assert [attributes["http-equiv"] for tag, attributes in tags if "http-equiv" in attributes] == [
            "Content-Security-Policy"
        ]
        for tag, attributes in tags:
            assert not [name for name in attributes if name.startswith("on")], tag
            for link in (attributes.get("href"), attributes.get("src")):
                assert link is None or re.fullmatch(r"index\.html|page-\d+\.html|thumbs/.+|data:image/.+", link)


# In a browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(find_browser()), args=["--no-sandbox"])
        yield chromium
        chromium.close()


class Window:
    """A page of a report in a browser, with all that it said and asked for."""

    def __init__(self, browser: Any, url: str, width: int = 1440, height: int = 900, dark: bool = False) -> None:
        self.context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light", offline=True
        )
        self.page = self.context.new_page()
        self.asked: list[str] = []
        self.said: list[str] = []
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("dialog", lambda dialog: (self.said.append(dialog.message), dialog.dismiss()))
        self.page.goto(url)
        self.page.wait_for_load_state("networkidle")

    def text(self, selector: str) -> str:
        return str(self.page.inner_text(selector))

    def assert_quiet(self) -> None:
        assert self.said == []
        assert [url for url in self.asked if not url.startswith(("file:", "data:", "blob:"))] == []


@pytest.fixture
def look(browser: Any) -> Iterator[Callable[..., Window]]:
    opened: list[Window] = []

    def open_window(*arguments: Any, **options: Any) -> Window:
        opened.append(Window(browser, *arguments, **options))
        return opened[-1]

    yield open_window
    for window in opened:
        window.context.close()


def url_of(report: Path, page: str, hash: str = "") -> str:
    for path in report.glob("page-*.html"):
        if document(path)["page"].startswith(page):
            return path.as_uri() + hash
    raise AssertionError(page)


@pytest.mark.browser
def test_front_opens_from_disk_without_network(report: Path, look: Callable[..., Window]) -> None:
    window = look((report / "index.html").as_uri())
    assert window.page.locator("#cards > li").count() == 2
    assert "events placed" in window.text(".figures")
    assert "0.4 px" in window.text(".front-ledger")
    window.page.fill("#find", "help")
    assert window.page.locator("#cards > li:visible").count() == 1
    assert window.text("#found") == "1 of 2 pages"
    loaded = window.page.evaluate("[...document.images].every(one => one.complete && one.naturalWidth)")
    assert loaded
    window.assert_quiet()
    window.page.fill("#find", "")
    window.page.click("#cards a >> nth=0")
    window.page.wait_for_selector(".stage")
    window.assert_quiet()


@pytest.mark.browser
@pytest.mark.parametrize(("width", "dark"), [(1440, False), (1440, True), (390, False), (360, True)])
def test_every_kind_and_state_shows(report: Path, look: Callable[..., Window], width: int, dark: bool) -> None:
    window = look(url_of(report, "/shop"), width=width, dark=dark)
    page = window.page
    for place in ("desktop", "mobile"):
        page.click(f"[data-place={place}]")
        for state in page.query_selector_all("[data-state]"):
            state.click()
            for kind in page.query_selector_all("[data-kind]"):
                kind.click()
                assert kind.get_attribute("aria-pressed") == "true"
                assert window.text(".legend .sample")
    page.wait_for_function("[...document.images].every(one => one.complete)")
    assert page.evaluate("[...document.querySelectorAll('.stage img[src]')].every(one => one.naturalWidth > 0)")
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    window.assert_quiet()


@pytest.mark.browser
def test_keys_links_and_pins(report: Path, look: Callable[..., Window]) -> None:
    window = look(url_of(report, "/shop"))
    page = window.page
    for key, kind in (("d", "Dead clicks"), ("s", "Scroll reach"), ("e", "Elements"), ("m", "Moves"), ("c", "Clicks")):
        page.keyboard.press(key)
        assert window.text(".legend h2").startswith(kind)
    page.keyboard.press("2")
    page.keyboard.press(".")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("-")
    page.keyboard.press("z")
    name = window.text(".detail h2")
    second = look(page.url)
    assert "k=click" in page.url
    assert second.text(".detail h2") == name == second.text(".element-list button[aria-pressed=true] .name")
    assert second.page.get_attribute("[data-place=mobile]", "aria-pressed") == "true"
    assert second.page.get_attribute("[data-state^=tab]", "aria-pressed") == "true"
    assert second.page.input_value("#opacity") == "90"
    assert second.page.evaluate("getComputedStyle(document.querySelector('.heat')).opacity") == "0.9"
    page.keyboard.press("Escape")
    assert not page.is_visible(".detail")
    window.assert_quiet()
    second.assert_quiet()


@pytest.mark.browser
def test_hover_gives_an_elements_numbers_and_a_click_pins_it(report: Path, look: Callable[..., Window]) -> None:
    window = look(url_of(report, "/shop", "#v=desktop&s=default"))
    page = window.page
    shown = next(found for path in report.glob("page-*.html") if (found := document(path))["page"] == "/shop")
    state = shown["places"][0]["states"][0]
    # The smallest element wins; the body is clicked too and lies under all of them.
    element = next(row for row in state["elements"] if row["name"].startswith("Button") and row.get("clicks"))
    x, y, wide, high = element["box"]
    stage = page.locator(".stage").bounding_box()
    scale = stage["width"] / state["width"]
    point = (stage["x"] + (x + wide / 2) * scale, stage["y"] + (y + high / 2) * scale)
    page.mouse.move(*point)
    tip = window.text(".tip")
    assert element["name"] in tip
    assert f"{element['clicks']} click" in tip
    box = page.locator(".hovered").bounding_box()
    assert (box["x"] - stage["x"]) / scale == pytest.approx(x, abs=1)
    assert (box["y"] - stage["y"]) / scale == pytest.approx(y, abs=1)
    page.mouse.click(*point)
    assert window.text(".detail h2") == element["name"]
    assert f"e={element['i']}" in page.url
    page.click("text=Table")
    assert page.locator("dialog tbody tr").count() == sum("clicks" in row for row in state["elements"])
    window.assert_quiet()


@pytest.mark.browser
def test_scroll_layer_shows_lines_fold_and_the_share_under_the_pointer(
    report: Path, look: Callable[..., Window]
) -> None:
    window = look(url_of(report, "/shop", "#v=desktop&k=scroll"))
    assert "75 %" in window.text(".marks")
    assert "Average fold at 600 px" in window.text(".fold-line")
    window.page.hover(".stage", position={"x": 300, "y": 20})
    assert window.text(".readout") == "100 % of visits saw this"
    window.assert_quiet()


@pytest.mark.browser
def test_an_empty_layer_says_so_and_the_ledger_is_in_sight(report: Path, look: Callable[..., Window]) -> None:
    window = look(url_of(report, "/help", "#k=rage"))
    assert window.text(".notice") == "No rage clicks here: this layer is empty"
    box = window.page.locator(".ledger > button").bounding_box()
    assert box["y"] + box["height"] == pytest.approx(900, abs=1)
    assert "events" in window.text(".ledger > button")
    window.page.click(".ledger > button")
    assert "ambiguous" in window.text("#ledger-panel")
    assert "0.4 px" in window.text("#ledger-panel")
    window.assert_quiet()


@pytest.mark.browser
def test_unknown_states_are_shown(report: Path, look: Callable[..., Window]) -> None:
    window = look(url_of(report, "/shop", "#v=desktop"))
    assert "click #sort" in window.text(".unknown")


@pytest.mark.browser
def test_hostile_texts_stay_text(hostile_report: Path, look: Callable[..., Window]) -> None:
    for url in ((hostile_report / "index.html").as_uri(), url_of(hostile_report, "/<")):
        window = look(url)
        page = window.page
        if "page-" in url:
            for selector in ("[data-place]", "[data-state]", "[data-kind]"):
                for button in page.query_selector_all(selector):
                    button.click()
            page.keyboard.press("j")
            page.click("text=Table")
            assert HOSTILE[1] in window.text("dialog table")
            assert any(HOSTILE[1] in name for name in page.locator(".element-list .name").all_text_contents())
        assert page.evaluate("window.broken") is None
        assert page.evaluate("document.querySelectorAll('iframe, base, script[src], img[src=x]').length") == 0
        assert page.url.startswith(url)
        window.assert_quiet()


@pytest.mark.browser
def test_it_opens_from_a_server_too(
    report: Path, look: Callable[..., Window], serve_folder: Callable[[Path], str]
) -> None:
    base = serve_folder(report)
    context = look("about:blank").context
    context.set_offline(False)
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("requestfailed", lambda request: said.append(request.url))
    page.goto(f"{base}/index.html")
    page.click("#cards a >> nth=0")
    page.wait_for_selector(".stage img")
    page.wait_for_load_state("networkidle")
    assert said == []
