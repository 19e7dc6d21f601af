"""The report: a folder that opens from disk, with no server and no network. Here is its shape; `app` fills it."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from heatreel.core.version import DOCUMENT_VERSION, tool_version
from heatreel.overlays.folder import whole_folder
from heatreel.overlays.html import json_for_script, report_policy, write_page

MARK = "heatreel-report.json"
"""File by which a folder is known to be a report of ours."""

FOLDERS = ("pictures", "thumbs", "layers", "crops", "data")

# Pictures and fonts inside a DOM that are worth a file of their own: states of a page share them.
_RESOURCE = re.compile(r"data:[\w.+/-]+(?:;[\w=.-]+)*;base64,[A-Za-z0-9+/=]{600,}")


def write_report(out: Path, label: str, date: str, fill: Callable[[Report], Mapping[str, Any]]) -> Path:
    """Writes a report to the folder `out` and returns its `index.html`.

    `fill` puts files into the report and gives what its front carries. The folder is written beside its place and
    moved there when it is complete; a report that is there is replaced, anything else refused with `InputError`.
    """
    with whole_folder(out, MARK) as draft:
        for name in FOLDERS:
            (draft / name).mkdir()
        front = fill(Report(draft))
        frame = {"name": front["workspace"]["name"], "pages": front["pages"]["pages"]}
        write_page(draft / "index.html", "report.html", front, frame, report_policy)
        mark = {"version": DOCUMENT_VERSION, "heatreel": tool_version(), "capture": label, "date": date}
        (draft / MARK).write_text(json.dumps(mark) + "\n", "utf-8")
        for name in FOLDERS:
            if not any((draft / name).iterdir()):
                (draft / name).rmdir()
    return out / "index.html"


class Report:
    """A report that is being written: its files, each by its name in the folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, name: str, data: bytes) -> str:
        (self.folder / name).write_bytes(data)
        return name

    def put_data(self, name: str, document: Any) -> str:
        """A document that the viewer asks for: a page on disk may not fetch its neighbours, but load their scripts."""
        text = f"heatreelFile({json.dumps(name)},{json_for_script(document)})\n"
        return self.put(name, text.encode("utf-8", "replace"))

    def put_dom(self, snapshot: int, text: str) -> None:
        """The DOM of a snapshot, packed; the pictures and fonts in it are kept once for all."""
        # No page holds the digest of its own text: what stands for a resource cannot be said by a page.
        sign = _digest(text)

        def part(found: re.Match[str]) -> str:
            name = _digest(found[0])
            if not (self.folder / f"data/part-{name}.js").exists():
                self.put_data(f"data/part-{name}.js", found[0])
            return f"{sign}:{name}"

        packed = gzip.compress(_RESOURCE.sub(part, text).encode("utf-8", "replace"), 6, mtime=0)
        document = {"sign": sign, "packed": base64.b64encode(packed).decode()}
        self.put_data(f"data/dom-{snapshot}.js", document)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]
