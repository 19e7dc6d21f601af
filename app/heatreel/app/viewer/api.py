"""The read API: which address is answered by which function, and refusals in one form."""

from __future__ import annotations

import importlib
import logging
import re
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from heatreel.app.viewer import (
    compare,
    export,
    findings,
    overview,
    pages,
    pictures,
    routing,
    segments,
    session,
    sessions,
    states,
    width,
)
from heatreel.app.viewer.answers import Answer, Refused, encoded_for, json_bytes, unchanged
from heatreel.app.viewer.arrivals import Arrivals
from heatreel.app.viewer.parameters import Parameters
from heatreel.app.viewer.replays import Replays
from heatreel.app.viewer.store import Store
from heatreel.core.config import Config
from heatreel.core.errors import CannotRun, HeatreelError, InputError

logger = logging.getLogger(__name__)

PREFIX = "/api/v1/"

BASE = "x-heatreel-base"
"""Header in which the server says by which address it was asked."""

_ADDRESS = re.compile(r"https?://[A-Za-z0-9.:\[\]-]{1,255}")
_PIECE = re.compile(r"[A-Za-z0-9._~!$&'()*+,;=:@ -]{1,200}")
"""What a part of an address may hold; `.` and `..` are refused besides."""

_FEW = 300_000
"""With at most so many events insights are worked out before anybody asks: within about a second."""

Question = Callable[[Parameters], Answer]
About = Callable[[str, Parameters], Answer]


class Api:
    """Answers questions about one workspace, from any thread."""

    def __init__(
        self, folder: Path, config: Config | None = None, base: str = "http://127.0.0.1:8765", replays: bool = False
    ) -> None:
        self.store = Store(folder, config, base)
        self.arrivals = Arrivals(folder)
        self.replays = Replays(folder, replays, self._load)
        store, arrivals, made = self.store, self.arrivals, self.replays
        self._questions: Mapping[str, Question] = {
            "segments": lambda asked: segments.segments(store, asked),
            "live": lambda asked: overview.live(store, arrivals, made, asked),
            "pages": lambda asked: pages.pages(store, asked),
            "page": lambda asked: pages.page(store, asked),
            "state": lambda asked: states.state(store, asked),
            "layer": lambda asked: states.layer(store, asked),
            "crop": lambda asked: pictures.crop(store, asked),
            "compare": lambda asked: compare.compare(store, asked),
            "compare/layer": lambda asked: compare.layer(store, asked),
            "sessions": lambda asked: sessions.sessions(store, asked),
            "findings": lambda asked: findings.findings(store, asked),
            "export": lambda asked: export.export(store, asked),
            "routes": lambda asked: routing.routes(store, asked),
        }
        self._about: Mapping[str, About] = {
            "thumb": lambda name, asked: pictures.thumb(store, name, asked),
            "dom": lambda name, asked: width.dom(store, name, asked),
            "hits": lambda name, asked: width.hits(store, name, asked),
        }
        # Other tools may give sessions any name.
        self._named: Mapping[str, About] = {
            "session": lambda name, asked: session.session(store, name, asked),
            "film": lambda name, asked: session.film(store, name, asked),
        }

    def start(self) -> None:
        """Loads what the first questions need, and replays by itself when it shall."""
        self.replays.watch(self._waiting)
        self._load()
        # Comparisons need it, and it is slow to load.
        importlib.import_module("scipy.stats")

    def _load(self) -> None:
        """Loads the newest data before anybody asks for it."""
        try:
            data = self.store.data()
            data.warm()
            segments.segments(self.store, Parameters())
            if data.replay and len(data.columns) <= _FEW:
                findings.insights_document(self.store, data, ())
        except (Refused, HeatreelError):
            logger.info("%s: nothing to load yet", self.store.folder)

    def _waiting(self) -> tuple[str, int, float]:
        """See `Replays.watch`."""
        try:
            data = self.store.data()
        except (Refused, HeatreelError):
            return "", 0, 0.0
        if not data.capture.finished:
            # It is being made, by a command that alone may write.
            return "", 0, 0.0
        fresh = overview.freshness(data, self.arrivals, self.replays)
        return data.capture.label, fresh["newer"], time.time() - self.arrivals.look().last_ms / 1000

    def answer(self, method: str, path: str, query: str, headers: Mapping[str, str]) -> Answer:
        """The answer to a request; never raises. `path` is what follows `PREFIX`, header names are in lower case."""
        try:
            found = self._answer(method, path, query, headers)
        except Refused as exc:
            return exc.answer()
        except InputError as exc:
            return Refused(404, str(exc)).answer()
        except CannotRun as exc:
            return Refused(503, str(exc)).answer()
        except Exception:
            # A fault of ours: the log tells more, the answer does not say what is in the workspace.
            logger.exception("%s%s could not be answered", PREFIX, path)
            return Refused(500, "this could not be answered; the server's log says why").answer()
        return unchanged(encoded_for(found, headers.get("accept-encoding", "")), headers)

    def _answer(self, method: str, path: str, query: str, headers: Mapping[str, str]) -> Answer:
        asked = Parameters.of_query(query)
        if path == "replay":
            return self._replay(method, asked, headers)
        if method not in ("GET", "HEAD"):
            raise Refused(405, "this is only read: GET or HEAD")
        if path == "workspace":
            base = headers.get(BASE, "")
            known = base if _ADDRESS.fullmatch(base) else ""
            return overview.workspace(self.store, self.arrivals, self.replays, asked, known)
        if path in self._questions:
            return self._questions[path](asked)
        first, _, name = path.partition("/")
        if first in self._named and name:
            return self._named[first](name, asked)
        pieces = path.split("/")
        if any(not _PIECE.fullmatch(piece) or piece in (".", "..") for piece in pieces):
            raise Refused(404, "no such address; see docs/api.md")
        if len(pieces) == 2 and pieces[0] in self._about:
            return self._about[pieces[0]](pieces[1], asked)
        if len(pieces) == 3 and pieces[0] == "picture":
            asked.done()
            return pictures.picture(self.store, pieces[1], pieces[2])
        raise Refused(404, "no such address; see docs/api.md")

    def _replay(self, method: str, asked: Parameters, headers: Mapping[str, str]) -> Answer:
        if method != "POST":
            raise Refused(405, "a replay is asked for with POST")
        # A form or a picture of another site can send a POST, but not with a header of its own.
        if headers.get("x-heatreel") != "1":
            raise Refused(403, "needs the header X-Heatreel: 1")
        label = asked.text("capture")
        asked.done()
        data = self.store.data(label)
        self.replays.start(data.capture.label)
        return Answer(202, json_bytes({"version": 1, "replaying": self.replays.running}))
