"""States that a capture is asked for beyond its own exploring: recipes of an earlier capture, what visitors saw."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from heatreel.app.capture_options import arms_named
from heatreel.capture.options import Asked, CaptureOptions
from heatreel.capture.recipes import VISITORS, Healer
from heatreel.core.element import Outline
from heatreel.core.errors import InputError
from heatreel.core.routes import RouteTable, origin
from heatreel.core.state import DEFAULT, Action, Snapshot
from heatreel.core.viewport import Viewport
from heatreel.core.workspace import Workspace


def recipes_from(folder: Path, label: str) -> tuple[Asked, ...]:
    """The recipe of each state of an earlier capture, to be done again. Raises `InputError` for an unknown label."""
    with Workspace.open(folder) as workspace:
        snapshots = workspace.snapshots(workspace.capture(label))
    return tuple(
        Asked(
            one.page,
            one.state.label,
            one.state.recipe,
            label,
            one.state.id,
            one.state.kind,
            (one.viewport.name,),
            (one.variant,),
        )
        for one in snapshots
        if one.state.id != DEFAULT and one.state.recipe
    )


def healer(folder: Path, label: str) -> Healer:
    """Finds what a selector of an earlier capture meant on the page as it is, by matching both pages' elements."""
    outlines: dict[int, Outline] = {}

    def outline(workspace: Workspace, snapshot: Snapshot) -> Outline:
        if snapshot.id not in outlines:
            outlines[snapshot.id] = workspace.outline(snapshot)
        return outlines[snapshot.id]

    def heal(asked: Asked, selector: str, now: Outline) -> str:
        with Workspace.open(folder) as workspace:
            places = [
                one
                for one in workspace.snapshots(workspace.capture(label))
                if asked.wanted(one.page, one.viewport.name, one.variant)
            ]
            for one in places:
                if found := _healed(selector, outline(workspace, one), now):
                    return found
        return ""

    return heal


def _healed(selector: str, before: Outline, now: Outline) -> str:
    from heatreel.replay.matching import match_pages

    meant = next((one.index for one in before.elements if one.selector == selector and one.visible), -1)
    if meant < 0:
        return ""
    match = next((one for one in match_pages(before, now) if one.before == meant), None)
    return now.elements[match.after].selector if match and match.verdict == "matched" else ""


@dataclass(frozen=True)
class Lesson:
    """What there is to learn: the capture it belongs to, the pages to visit, and the states to look for there."""

    label: str
    urls: tuple[str, ...]
    viewports: tuple[Viewport, ...]
    asked: tuple[Asked, ...]
    table: RouteTable

    def applied(self, options: CaptureOptions) -> CaptureOptions:
        """The options of a capture that learns this and nothing else."""
        variants = [name for one in self.asked for name in one.variants]
        return replace(
            options,
            label=self.label,
            viewports=self.viewports,
            arms=arms_named(variants, options),
            asked=self.asked,
            table=self.table,
            states="none",
            routes="none",
            sitemap="",
            learn=True,
        )


def lesson(folder: Path, label: str) -> Lesson:
    """The states that replay has met and no snapshot shows, with the paths that led visitors there.

    Raises `InputError` when nothing was replayed on the capture.
    """
    with Workspace.open(folder) as workspace:
        capture = workspace.capture(label)
        unknown: list[dict[str, Any]] = workspace.replay(capture).details.get("unknown_states", [])
        snapshots = workspace.snapshots(capture)
    viewports = {one.viewport.name: one.viewport for one in snapshots}
    address = _addresses(snapshots, capture.options.get("urls", []))
    asked = [_asked(one, address(one)) for one in unknown if one["path"] and one["viewport"] in viewports]
    if not asked:
        raise InputError(f"capture {capture.label!r}: visitors saw no state that it does not hold; nothing to learn")
    urls = tuple(dict.fromkeys(one.url for one in asked))
    seen = {name for one in asked for name in one.viewports}
    shown = tuple(one for name, one in viewports.items() if name in seen)
    return Lesson(capture.label, urls, shown, tuple(asked), capture.routes)


def _addresses(snapshots: list[Snapshot], urls: list[str]) -> Callable[[dict[str, Any]], str]:
    """Where a page is visited: where it was captured, else at the visitors' own path on the captured site."""
    captured = {one.page: one.url for one in snapshots}

    def address(record: dict[str, Any]) -> str:
        if record["page"] in captured:
            return captured[record["page"]]
        parts = urlsplit(record["url"])
        return origin(urls[0]) + parts._replace(scheme="", netloc="").geturl() if urls else str(record["url"])

    return address


def _asked(record: dict[str, Any], url: str) -> Asked:
    return Asked(
        record["page"],
        "",
        tuple(Action(step["action"], step["selector"]) for step in record["path"]),
        VISITORS,
        viewports=(record["viewport"],),
        variants=(record["variant"],),
        settings=tuple(sorted(record.get("settings", {}).items())),
        sketch=record.get("sketch", ""),
        url=url,
    )
