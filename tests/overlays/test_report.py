"""The report folder: whole, true to the hits, the same each time, and hostile texts in it stay text."""

from __future__ import annotations

import base64
import gzip
import json
import re
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from heatreel.app.prerendering import Asked
from heatreel.app.reporting import report_to
from heatreel.core.errors import CannotRun, InputError
from heatreel.core.workspace import Workspace
from heatreel.overlays.bundle import bundle
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


def write(workspace_folder: Path, out: Path) -> Path:
    with Workspace.open(workspace_folder) as workspace:
        return report_to(workspace, out)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shop") / "w"
    make_workspace(folder)
    return folder


@pytest.fixture(scope="module")
def report(shop: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(shop, tmp_path_factory.mktemp("out") / "report").parent


def front_of(report: Path) -> dict[str, Any]:
    page = (report / "index.html").read_text("utf-8")
    text = re.search(r'<script type="application/json" id="document">(.*?)</script>', page, re.DOTALL)
    assert text
    return json.loads(text[1])  # type: ignore[no-any-return]


def data_of(report: Path, name: str) -> Any:
    text = (report / name).read_text("utf-8")
    head = f"heatreelFile({json.dumps(name)},"
    assert text.startswith(head) and text.endswith(")\n")
    return json.loads(text[len(head) : -2])


def pages_of(report: Path) -> list[dict[str, Any]]:
    return [data_of(report, name) for name in front_of(report)["files"].values()]


# The folder


def test_every_file_that_is_named_is_there_and_no_other(report: Path) -> None:
    front = front_of(report)
    named = {MARK, "index.html", *front["files"].values(), *(page["card"] for page in front["pages"]["pages"])}
    named |= {one["crop"] for one in front["findings"]["findings"] if one["crop"]}
    for page in pages_of(report):
        for place in page["places"]:
            for state in place["states"]:
                number = state["snapshot"]
                named |= {state["thumb"], f"data/hits-{number}.js", f"data/dom-{number}.js"}
                named |= {part[2] for part in state["picture"]}
                named |= {layer["src"] for layer in state["layers"].values() if layer["src"]}
    there = {str(path.relative_to(report)) for path in report.rglob("*") if path.is_file()}
    assert there == named
    assert len(front["files"]) == 2


def test_numbers_agree_with_the_hits(shop: Path, report: Path) -> None:
    with Workspace.open(shop) as workspace:
        capture = workspace.capture()
        replay = workspace.replay(capture)
        hits = {one.id: workspace.hits(replay, one) for one in workspace.snapshots(capture)}
        ledger = replay.ledger
    front = front_of(report)
    assert front["workspace"]["ledger"]["placed"] == ledger.placed
    assert front["workspace"]["ledger"]["line"] == ledger.line()
    shown = next(page for page in pages_of(report) if page["page"] == "/shop")
    for place in shown["places"]:
        assert sum(state["share"] for state in place["states"]) == pytest.approx(1, abs=0.001)
        for state in place["states"]:
            own = hits[state["snapshot"]]
            assert state["events"] == len(own)
            assert state["clicks"] == len(own.of_type("click", "tap")) == state["layers"]["click"]["events"]
            assert sum(row.get("clicks", 0) for row in state["elements"]) == state["clicks"]
            assert all(0 <= row.get("ctr", 0) <= 1 and row["seen"] >= row.get("visits", 0) for row in state["elements"])
            bound = data_of(report, f"data/hits-{state['snapshot']}.js")["click"]
            assert bound["total"] == state["clicks"]
            assert sum(bound["points"][3::4]) == pytest.approx(bound["told"])


def test_same_input_same_bytes(shop: Path, report: Path, tmp_path: Path) -> None:
    again = write(shop, tmp_path / "again").parent
    names = sorted(str(path.relative_to(report)) for path in report.rglob("*") if path.is_file())
    assert names == sorted(str(path.relative_to(again)) for path in again.rglob("*") if path.is_file())
    assert [name for name in names if (report / name).read_bytes() != (again / name).read_bytes()] == []


def test_it_names_nothing_of_the_machine_it_was_made_on(shop: Path, report: Path) -> None:
    with Workspace.open(shop) as workspace:
        site = workspace.find_site()
    assert site is not None
    for path in report.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            assert str(shop).encode() not in data, path
            assert site.key.encode() not in data, path


def test_a_dom_is_packed_and_its_pictures_are_kept_once(tmp_path: Path) -> None:
    picture = "data:image/png;base64," + "A" * 4000
    doms = {1: json.dumps({"a": picture, "b": picture}), 2: json.dumps({"c": picture, "d": "0123456789abcdef:x"})}

    def fill(report: Any) -> dict[str, Any]:
        for number, text in doms.items():
            report.put_dom(number, text)
        return {"workspace": {"name": "x"}, "pages": {"pages": []}}

    out = write_report(tmp_path / "r", "before", "2026-01-01", fill).parent
    assert len(list((out / "data").glob("part-*.js"))) == 1
    for number, text in doms.items():
        packed = data_of(out, f"data/dom-{number}.js")
        found = gzip.decompress(base64.b64decode(packed["packed"])).decode()
        assert len(found) < 200

        def part(match: re.Match[str]) -> str:
            return str(data_of(out, f"data/part-{match[1]}.js"))

        assert re.sub(packed["sign"] + ":([0-9a-f]{16})", part, found) == text


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


def test_a_report_that_fails_leaves_the_old_one_whole(
    shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "r"
    write(shop, out)
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    left = iter(range(3))
    document = Asked.document

    def broken(self: Asked, *arguments: Any) -> Any:
        if next(left, None) is None:
            raise RuntimeError("pulled the plug")
        return document(self, *arguments)

    monkeypatch.setattr(Asked, "document", broken)
    with pytest.raises(RuntimeError, match="plug"):
        write(shop, out)
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


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda one: one.finish_capture(one.begin_capture("empty", one.site(), "b", "s", {})), "holds no snapshots"),
        (lambda _one: None, "no capture|nothing captured"),
    ],
)
def test_nothing_to_report_is_said(tmp_path: Path, make: Callable[[Workspace], None], message: str) -> None:
    with Workspace.writing(tmp_path / "w") as workspace:
        make(workspace)
    with pytest.raises(InputError, match=message):
        write(tmp_path / "w", tmp_path / "out")
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


class Markup(HTMLParser):
    """All tags of a page with their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def test_hostile_texts_stay_text(tmp_path: Path) -> None:
    make_workspace(
        tmp_path / "w", title=" ".join(HOSTILE), name=HOSTILE[1] + "\ud800", label=HOSTILE[2], page="/" + HOSTILE[0],
        clicks=80,
    )  # fmt: skip
    report = write(tmp_path / "w", tmp_path / "report").parent
    tags = Markup((report / "index.html").read_text("utf-8")).tags
    names = [tag for tag, _ in tags]
    assert (names.count("script"), names.count("style"), names.count("title")) == (2, 1, 1)
    assert not {"iframe", "base", "object", "embed", "form", "textarea", "img"} & set(names)
    policies = [attributes["http-equiv"] for _, attributes in tags if "http-equiv" in attributes]
    assert policies == ["Content-Security-Policy"]
    assert not [name for _, attributes in tags for name in attributes if name.startswith("on")]
    for path in (report / "data").iterdir():
        text = path.read_text("utf-8")
        assert not set("<>&\u2028\u2029") & set(text), path.name
