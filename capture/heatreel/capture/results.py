"""What a capture did, for people, for programs, and for the capture that goes on where this one stopped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from heatreel.capture.crawl import Link
from heatreel.capture.recipes import Redone
from heatreel.core.state import Action


@dataclass(frozen=True)
class PageDone:
    """One page captured in one viewport and variant. `reused`: taken over unchanged from an earlier capture."""

    page: str
    url: str
    viewport: str
    states: int
    probed: int
    explore_s: float
    seconds: float
    variant: str = ""
    reused: bool = False


@dataclass(frozen=True)
class PageFailure:
    """One page that could not be captured in one viewport, and why. `given`: it was asked for, not linked to."""

    page: str
    url: str
    viewport: str
    reason: str
    given: bool


@dataclass(frozen=True)
class Proposal:
    """A route pattern that pages which are built alike suggest. `alike` is the least likeness of two, 0 to 1."""

    route: str
    pages: tuple[str, ...]
    alike: float


@dataclass(frozen=True)
class CaptureResult:
    """What a capture did. `failed` holds the pages that were asked for and could not be captured.

    `resumed` counts the pages x viewports x variants that were done before; `not_redone` the recipes that were asked
    for and could not be done; `warnings` are lines for people.
    """

    label: str
    pages: tuple[PageDone, ...]
    failed: tuple[PageFailure, ...]
    snapshots: int
    skipped: int
    seconds: float
    resumed: int = 0
    not_redone: tuple[tuple[str, str, Redone], ...] = ()
    proposals: tuple[Proposal, ...] = ()
    warnings: tuple[str, ...] = ()

    def failures(self) -> list[str]:
        """One line for each page that failed."""
        return [f"{one.reason} ({one.viewport})" for one in self.failed]

    def notes(self) -> list[str]:
        """Lines on what else a person should know."""
        lines = [
            f"{page} ({viewport}): {one.name!r} of {one.source} cannot be reached: {one.reason}"
            for page, viewport, one in self.not_redone
        ]
        lines += [
            f"{len(one.pages)} pages are built alike ({one.alike:.0%}), such as {one.pages[0]}: one page for"
            f' Heatreel with routes = ["{one.route}"] under [site] in heatreel.toml'
            for one in self.proposals
        ]
        return [*lines, *self.warnings]

    def line(self) -> str:
        """The result in one line for people."""
        pages = len({one.page for one in self.pages})
        failed = len({one.page for one in self.failed})
        reused = len({one.page for one in self.pages if one.reused})
        return (
            f"capture {self.label!r}: {pages} page{'s' * (pages != 1)}, {self.snapshots} snapshots"
            f" in {self.seconds:.0f} s, {self.skipped} things not tried"
            + (f", {reused} page{'s' * (reused != 1)} unchanged" if reused else "")
            + (f", {self.resumed} done before" if self.resumed else "")
            + (f", {failed} page{'s' * (failed != 1)} failed" if failed else "")
        )

    def as_json(self) -> dict[str, Any]:
        return {
            "version": 1,
            "label": self.label,
            "pages": [asdict(one) for one in self.pages],
            "failed": [asdict(one) for one in self.failed],
            "not_redone": [
                {"page": page, "viewport": viewport} | one.as_json() for page, viewport, one in self.not_redone
            ],
            "routes": [asdict(one) for one in self.proposals],
            "warnings": list(self.warnings),
            "resumed": self.resumed,
            "snapshots": self.snapshots,
            "skipped": self.skipped,
            "seconds": round(self.seconds, 2),
        }


@dataclass(frozen=True)
class Record:
    """What is kept of a page that was done in a viewport and variant, in the catalogue's table `visits`.

    `page` is the page it turned out to be; `states` how many were kept; `links` are where the crawl goes on;
    `content` digests what was served, `shape` how the page is built (see `grouping.py`).
    """

    page: str = ""
    url: str = ""
    states: int = 0
    probed: int = 0
    explore_s: float = 0
    seconds: float = 0
    failed: str = ""
    content: str = ""
    reused: str = ""
    links: tuple[Link, ...] = ()
    recipes: tuple[Redone, ...] = ()
    shape: tuple[int, ...] = field(default=(), repr=False)

    def as_json(self) -> dict[str, Any]:
        record = asdict(self)
        record["links"] = [_link_json(link) for link in self.links]
        record["recipes"] = [one.as_json() for one in self.recipes]
        return record

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Record:
        values = dict(record)
        values["links"] = tuple(_link(one) for one in values["links"])
        values["recipes"] = tuple(_redone(one) for one in values["recipes"])
        values["shape"] = tuple(values["shape"])
        return cls(**values)


def _link_json(link: Link) -> list[Any]:
    if not link.via:
        return [link.url]
    return [link.url, link.via[0], [action.as_json() for action in link.via[1]]]


def _link(record: list[Any]) -> Link:
    if len(record) == 1:
        return Link(record[0])
    return Link(record[0], (record[1], tuple(Action.from_json(one) for one in record[2])))


def _redone(record: Mapping[str, Any]) -> Redone:
    values = {name: value for name, value in record.items() if name != "done"}
    return Redone(**values | {"healed": tuple((old, new) for old, new in values["healed"])})
