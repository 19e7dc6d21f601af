"""The sides of a verify: labels of captures, or URLs and folders of static files that are captured first."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from heatreel.app.asking import healer, recipes_from
from heatreel.app.capturing import capture_urls, default_workers, options_from
from heatreel.app.serving_files import serve_files
from heatreel.app.talk import say
from heatreel.core.errors import CannotRun, InputError
from heatreel.core.workspace import CATALOGUE, Capture, Workspace

LABELS = ("base", "head")
"""What the captures are called that a verify makes itself; those of an earlier one are replaced."""


@dataclass(frozen=True)
class _Pages:
    """What a side shows: URLs, of pages to be found by their links (`follow`) or of just these."""

    urls: list[str]
    follow: bool


def captured_sides(
    folder: Path, sides: tuple[str, str], config: Path | None, viewports: Sequence[str], progress: bool
) -> tuple[str, str]:
    """The labels of both sides, each captured first when it is a URL or a folder.

    BASE is captured by its links. HEAD is captured at the viewports of BASE and at the addresses of BASE's pages, so
    that a page which nothing links to any more is still compared; BASE's recipes are done again on it. Raises
    `InputError` for a side that is neither a label, a URL nor a folder, and `CannotRun` when nothing of a side could be
    captured.
    """
    labels = list(sides)
    for number, side in enumerate(sides):
        if _is_label(folder, side):
            continue
        with ExitStack() as stack:
            start = _address(side, stack)
            base = _capture_of(folder, labels[0]) if number else None
            pages = _pages_of(folder, base, start) if base else _Pages([start], follow=True)
            names = _viewports_of(folder, base) if base else list(viewports)
            labels[number] = LABELS[number]
            options = options_from(
                config, viewports=names, label=labels[number], replace=True,
                routes="auto" if pages.follow else "none", workers=default_workers(),
            )  # fmt: skip
            heal = None
            if base:
                # Pages are paired by their route, whatever file or option gave BASE its routes.
                options = replace(options, table=base.routes).asking(recipes_from(folder, base.label))
                heal = healer(folder, base.label)
            result = capture_urls(folder, pages.urls, options, progress, heal)
        for line in result.failures():
            say(line, "bold yellow")
        say(result.line())
        if not result.pages:
            raise CannotRun(f"{side}: nothing of it could be captured")
    return labels[0], labels[1]


def _is_label(folder: Path, side: str) -> bool:
    if (folder / CATALOGUE).exists():
        with Workspace.open(folder) as workspace:
            if any(capture.label == side for capture in workspace.captures()):
                return True
    # A word that is none of them is a label that is missing; what reads captures says which there are.
    return not side or not (_is_url(side) or Path(side).is_dir())


def _is_url(side: str) -> bool:
    return urlsplit(side).scheme in ("http", "https")


def _address(side: str, stack: ExitStack) -> str:
    return side if _is_url(side) else stack.enter_context(serve_files(Path(side))) + "/"


def _capture_of(folder: Path, label: str) -> Capture:
    with Workspace.open(folder) as workspace:
        return workspace.capture(label)


def _pages_of(folder: Path, base: Capture, start: str) -> _Pages:
    """The addresses of BASE's pages on the host of HEAD. Pages are paired by their path, so it must be the same."""
    with Workspace.open(folder) as workspace:
        urls = [urlsplit(snapshot.url) for snapshot in workspace.snapshots(base)]
    host = urlsplit(start)
    if host.path not in {"", "/", *(url.path for url in urls)}:
        known = ", ".join(dict.fromkeys(url.path for url in urls[:5]))
        raise InputError(f"{start}: BASE has no page {host.path}; pages are compared by their path ({known} ...)")
    moved = [urlunsplit((host.scheme, host.netloc, url.path, url.query, url.fragment)) for url in urls]
    return _Pages(list(dict.fromkeys(moved)), follow=False)


def _viewports_of(folder: Path, base: Capture) -> list[str]:
    with Workspace.open(folder) as workspace:
        return list(dict.fromkeys(str(snapshot.viewport) for snapshot in workspace.snapshots(base)))
