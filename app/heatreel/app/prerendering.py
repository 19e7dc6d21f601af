"""A report is the viewer's read API, asked beforehand: the same documents and pictures, as files."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import parse_qsl

import numpy as np

from heatreel.app.viewer import findings, pages, pictures, states, width
from heatreel.app.viewer.answers import Answer, Refused
from heatreel.app.viewer.data import Data
from heatreel.app.viewer.pages import ledger_json
from heatreel.app.viewer.parameters import Parameters
from heatreel.app.viewer.store import Store
from heatreel.core.errors import InputError
from heatreel.core.hits import SIGNALS, TYPES
from heatreel.core.version import DOCUMENT_VERSION, tool_version
from heatreel.overlays.colour import DEFAULT_COLOURS, palette
from heatreel.overlays.kinds import KINDS, Kind
from heatreel.overlays.report import Report
from heatreel.overlays.report_data import bar_stops, measured_words

Progress = Callable[[int, int], None]
"""Called with the number of snapshots done and of all."""

Pairs = list[tuple[str, str]]

_PAGES_AT_ONCE = 1000


@dataclass(frozen=True)
class Asked:
    """What a report is of: a capture with its replay, and a segment of its people."""

    store: Store
    data: Data
    where: tuple[str, ...]

    @property
    def words(self) -> Pairs:
        return [("capture", self.data.capture.label), *(("where", one) for one in self.where)]

    def document(self, question: Callable[[Store, Parameters], Answer], more: Pairs) -> Any:
        return json.loads(self.answer(lambda: question(self.store, Parameters([*self.words, *more]))).body)

    def answer(self, question: Callable[[], Answer]) -> Answer:
        try:
            return question()
        except Refused as exc:
            raise InputError(exc.message) from exc


def fill_report(asked: Asked, report: Report, title: str, progress: Progress) -> dict[str, Any]:
    """Puts all files of a report but its front, which it returns."""
    kinds = _kinds_there(asked.data)
    listed = _pages(asked)
    files = {}
    done, total = 0, len(asked.data.snapshots)
    with ThreadPoolExecutor(2) as pool:
        for number, one in enumerate(listed["pages"], 1):
            one["card"] = _image(asked, report, one["card"], f"thumbs/page-{number}.webp")
            document = asked.document(pages.page, [("page", one["page"])])
            jobs = [(place, state) for place in document["places"] for state in place["states"]]
            # Two at a time: decoding, blending and deflating leave Python's lock.
            for _ in pool.map(partial(_fill_state, asked, report, one["page"], kinds), jobs):
                progress(done := done + 1, total)
            for place in document["places"]:
                for unknown in place["unknown"]:
                    unknown["command"] = "heatreel capture --learn"
            files[one["page"]] = report.put_data(f"data/page-{number}.js", document)
    found = _findings(asked, report)
    return {
        "workspace": _workspace(asked, title, kinds, found),
        "pages": listed,
        "findings": found,
        "files": files,
    }


def _pages(asked: Asked) -> dict[str, Any]:
    listed: dict[str, Any] = asked.document(pages.pages, [("limit", str(_PAGES_AT_ONCE))])
    while len(listed["pages"]) < listed["total"]:
        more: Pairs = [("limit", str(_PAGES_AT_ONCE)), ("offset", str(len(listed["pages"])))]
        listed["pages"] += asked.document(pages.pages, more)["pages"]
    return listed


def _fill_state(asked: Asked, report: Report, page: str, kinds: list[str], job: tuple[Any, Any]) -> None:
    """The files of one state; its record gets its layers and elements, and names of files for addresses."""
    place, state = job
    number = state["snapshot"]
    spot = [("page", page), ("viewport", place["viewport"]["name"]), ("state", state["id"])]
    spot += [("variant", place["variant"])] if place["variant"] else []
    told = asked.document(states.state, [*spot, *(("kind", kind) for kind in kinds)])
    state["layers"], state["elements"] = told["layers"], told["elements"]
    state["thumb"] = _image(asked, report, state["thumb"], f"thumbs/{number}.webp")
    for count, part in enumerate(state["picture"]):
        part[2] = _image(asked, report, part[2], f"pictures/{number}-{count}.{part[2].rpartition('.')[2]}")
    for kind, layer in state["layers"].items():
        layer["src"] = _image(asked, report, layer["src"], f"layers/{number}-{kind}.png")
    _put_hits(asked, report, number, state["layers"])
    packed = asked.answer(lambda: width.dom(asked.store, str(number), Parameters()))
    report.put_dom(number, gzip.decompress(packed.body).decode("utf-8", "replace"))


def _put_hits(asked: Asked, report: Report, number: int, layers: Mapping[str, Any]) -> None:
    """Where the hits of a snapshot lie inside of elements, by kind."""
    where: Pairs = [("where", one) for one in asked.where]
    found = {}
    for kind, layer in layers.items():
        if KINDS[kind].drawing == "density" and (kind == "click" or not layer["empty"]):
            asking = Parameters([*where, ("kind", kind)])
            found[kind] = json.loads(asked.answer(lambda a=asking: width.hits(asked.store, str(number), a)).body)  # type: ignore[misc]
    report.put_data(f"data/hits-{number}.js", found)


def _image(asked: Asked, report: Report, address: str, name: str) -> str:
    """Writes the image at an address of the API; returns the name of its file, empty for an empty address."""
    if not address:
        return ""
    path, _, query = address.partition("?")
    words = Parameters((key, value) for key, value in parse_qsl(query, keep_blank_values=True) if key != "v")
    match path.removeprefix("api/v1/").split("/"):
        case ["picture", number, part]:
            answer = asked.answer(lambda: pictures.picture(asked.store, number, part))
        case ["thumb", number]:
            answer = asked.answer(lambda: pictures.thumb(asked.store, number, words))
        case ["layer"]:
            answer = asked.answer(lambda: states.layer(asked.store, words))
        case ["crop"]:
            answer = asked.answer(lambda: pictures.crop(asked.store, words))
        case _:
            raise ValueError(f"{address}: no address of an image")
    return report.put(name, answer.body)


def _findings(asked: Asked, report: Report) -> dict[str, Any]:
    """Findings with their crops; what a server would show of them is left out."""
    listed: dict[str, Any] = asked.document(findings.findings, [("limit", "1000")])
    for number, one in enumerate(listed["findings"], 1):
        try:
            one["crop"] = _image(asked, report, one["crop"], f"crops/{number}.png")
        except InputError:
            # The element is of another capture, or not shown.
            one["crop"] = ""
        one["sessions"] = ""
    return listed


def _kinds_there(data: Data) -> list[str]:
    """The kinds of which the replay holds anything; clicks always."""
    pairs = np.unique(np.stack([data.columns["type"].astype(np.int64), data.columns["signals"]]), axis=1).T.tolist()
    return [name for name, kind in KINDS.items() if name == "click" or any(_shows(kind, *pair) for pair in pairs)]


def _shows(kind: Kind, number: int, signals: int) -> bool:
    return TYPES[number] in kind.types and (not kind.signal or bool(signals & (1 << SIGNALS.index(kind.signal))))


def _workspace(asked: Asked, title: str, kinds: Iterable[str], found: Mapping[str, Any]) -> dict[str, Any]:
    """What the server says of the workspace, without what belongs to this machine: folder, site key, other captures."""
    data, there = asked.data, set(kinds)
    replay = data.replay
    severities = [one["severity"] for one in found["findings"]]
    captured = data.capture.finished or data.capture.started
    made = replay.made if replay else ""
    return {
        "version": DOCUMENT_VERSION,
        "data": data.token,
        "tool": tool_version(),
        "name": title or f"Capture “{data.capture.label}”",
        "capture": data.capture.label,
        "where": asked.store.slice(data, asked.where).where,
        "site": {"name": "", "key": "", "snippet": ""},
        "captures": [{"label": data.capture.label, "finished": captured, "replayed": made}],
        "freshness": {
            "captured": captured, "replayed": made, "arrived": "", "batches": 0, "events": 0, "newer": 0,
            "replaying": False, "failed": "", "line": f"Captured {captured[:10]}, events placed {made[:10]}",
        },
        "ledger": ledger_json(data),
        "measured": measured_words(data.details.get("error_px")),
        "kinds": [
            {
                "name": kind.name, "title": kind.title, "short": kind.short, "noun": kind.noun, "about": kind.about,
                "drawing": kind.drawing, "enough": kind.enough, "any": kind.name in there,
            }
            for kind in KINDS.values() if kind.name in there
        ],
        "bars": {
            name: bar_stops(palette(DEFAULT_COLOURS, alpha, how))
            for name, alpha, how in (("density", 1, "fade"), ("reach", 0.8, "fog"), ("attention", 0.8, "fog"),
                                     ("boxes", 1, "flat"))
        },
        "palettes": [],
        "ways": [],
        "findings": {name: severities.count(name) for name in ("error", "warning", "info")},
        "replays": False,
    }  # fmt: skip
