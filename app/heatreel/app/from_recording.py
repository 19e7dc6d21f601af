"""`heatreel capture --from-recording`: snapshots out of recordings, for pages that only visitors can reach."""

from __future__ import annotations

import hashlib
import json
import platform
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from heatreel.core.element import Element, Outline
from heatreel.core.errors import InputError
from heatreel.core.routes import RouteTable
from heatreel.core.state import DEFAULT, Shown, Skipped, State
from heatreel.core.viewport import DEFAULT_VIEWPORTS, Viewport
from heatreel.core.workspace import Capture, Workspace

if TYPE_CHECKING:
    from heatreel.capture.replaying import RecordingBrowser
    from heatreel.capture.results import CaptureResult, PageDone
    from heatreel.replay.importing.options import ImportOptions
    from heatreel.replay.importing.rrweb import RecordedState

MOST_STATES = 40
MOST_SHOWN = 50


@dataclass
class _Group:
    """The states of a page at a viewport, as they were found."""

    viewport: Viewport
    states: list[RecordedState] = field(default_factory=list)

    def add(self, state: RecordedState) -> None:
        from heatreel.replay.sketches import read_sketch, similarities

        for one in self.states:
            alike = float(similarities([read_sketch(one.sketch)], read_sketch(state.sketch))[0])
            if one.settings == state.settings and alike >= 0.9:
                return
        if len(self.states) < MOST_STATES:
            self.states.append(state)


def capture_recording(
    folder: Path,
    files: Sequence[Path],
    label: str = "default",
    site: str = "default",
    variant: str = "",
    browser: str | None = None,
    replace: bool = False,
    online: bool = False,
    table: RouteTable = RouteTable(),
) -> CaptureResult:
    """Captures the states that recordings (rrweb JSON) went through: picture, DOM and elements of each.

    The state in which a page was first seen is its default state. Raises `InputError` for files that hold no
    recording and labels that are taken, `BrowserError` without a browser.
    """
    from heatreel.capture.replaying import RecordingBrowser
    from heatreel.capture.results import CaptureResult
    from heatreel.replay.importing.options import ImportOptions

    began = time.monotonic()
    with Workspace.writing(folder) as workspace, RecordingBrowser(browser, online) as running:
        if replace and any(one.label == label for one in workspace.captures()):
            workspace.delete_capture(label)
        key = workspace.site(site).key
        groups = _gathered(running, files, ImportOptions(site=site, key=key, query=frozenset(table.query)))
        options = {
            "recordings": [path.name for path in files],
            "variant": variant,
            "table": {"routes": table.routes, "query": table.query},
        }
        record = workspace.begin_capture(
            label, workspace.site(site), "recording", f"{platform.system()} {platform.release()}", options
        )
        done = [_keep(workspace, record, running, url, group, variant, key) for (url, _), group in groups.items()]
        workspace.finish_capture(record)
        snapshots = len(workspace.snapshots(record))
        return CaptureResult(
            label, tuple(done), (), snapshots, len(workspace.skipped(record)), time.monotonic() - began
        )


def _gathered(
    browser: RecordingBrowser, files: Sequence[Path], options: ImportOptions
) -> dict[tuple[str, str], _Group]:
    """The states of all files by address and viewport. Raises `InputError` when there are none."""
    from heatreel.replay.importing.account import Account
    from heatreel.replay.importing.files import Source
    from heatreel.replay.importing.rrweb import recorded_states

    groups: dict[tuple[str, str], _Group] = {}
    for path in files:
        account = Account(str(path), "rrweb")
        source = Source(path)
        source.encoding  # noqa: B018
        found = False
        for state in recorded_states(browser, source, account, options):
            found = True
            viewport = viewport_of(state.viewport, state.touch)
            groups.setdefault((state.url, viewport.name), _Group(viewport)).add(state)
        if not found:
            first = f" ({account.bad[0]})" if account.bad else ""
            raise InputError(f"{path}: holds no recording of a page{first}")
    return groups


def viewport_of(size: tuple[int, int], touch: bool) -> Viewport:
    """The viewport of a recording: one of the usual ones when it is as wide, else called by its width."""
    usual = next((one for one in DEFAULT_VIEWPORTS if one.width == size[0]), None)
    name = usual.name if usual else f"w{size[0]}"
    return Viewport(name, max(size[0], 1), max(size[1], 1), touch=touch)


def _keep(
    workspace: Workspace,
    record: Capture,
    browser: RecordingBrowser,
    url: str,
    group: _Group,
    variant: str,
    key: str,
) -> PageDone:
    from heatreel.capture.replaying import RecordingError
    from heatreel.capture.results import PageDone

    began = time.monotonic()
    page = record.routes.page(url)
    base: Outline | None = None
    kept, page_id = 0, 0
    for found in group.states:
        try:
            drawn = browser.take(url, (group.viewport.width, group.viewport.height), found.kept, key)
        except RecordingError as exc:
            workspace.add_skipped(record, Skipped(page, group.viewport.name, "", f"{url}: {exc}"))
            continue
        outline = Outline.from_json(drawn.outline)
        state = _state(found, outline, base)
        base = base or outline
        page_id = page_id or workspace.add_page(record, page, url, drawn.title)
        workspace.add_snapshot(
            page_id, group.viewport, variant, state, drawn.size, drawn.picture, drawn.dom, drawn.outline
        )
        kept += 1
    seconds = round(time.monotonic() - began, 2)
    return PageDone(page, url, group.viewport.name, kept, 0, 0.0, seconds)


def _state(found: RecordedState, outline: Outline, base: Outline | None) -> State:
    """The state of a drawn DOM; the first of a page (`base` is None) is its default state."""
    settled = {"ended": "recording", "ms": 0, "missing": []}
    if base is None:
        return State(DEFAULT, "as first seen", DEFAULT, settings=found.settings, sketch=found.sketch, settled=settled)
    shown, before = _visible(outline), _visible(base)
    reveals = _outermost(outline, shown.keys() - before.keys())
    hides = _outermost(base, before.keys() - shown.keys())
    usual = {switch["key"]: switch["setting"] for switch in base.switches}
    changed = [one for one in outline.switches if one["setting"] != usual.get(one["key"], "off")]
    told = json.dumps([sorted(found.settings.items()), [one.selector for one in reveals]])
    number = hashlib.sha256(told.encode()).hexdigest()[:6]
    return State(
        id=f"recorded-{number}",
        label=", ".join(one["name"] or one["kind"] for one in changed)[:80] or "as recorded",
        kind=changed[0]["kind"] if changed else "given",
        parent=DEFAULT,
        reveals=reveals,
        hides=hides,
        settings=found.settings,
        sketch=found.sketch,
        settled=settled,
    )


def _visible(outline: Outline) -> dict[str, Element]:
    return {element.selector: element for element in outline.elements if element.visible}


def _outermost(outline: Outline, selectors: set[str]) -> tuple[Shown, ...]:
    """Of these elements those that are in no other of them."""
    found = []
    for selector in selectors:
        element = outline.by_selector[selector]
        around = outline.elements[element.parent].selector if element.parent >= 0 else ""
        if around not in selectors:
            found.append((element.index, Shown(selector, element.text or element.name)))
    return tuple(shown for _, shown in sorted(found, key=lambda one: one[0])[:MOST_SHOWN])
