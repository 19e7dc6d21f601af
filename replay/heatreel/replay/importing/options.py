"""What the person who imports says beside the files."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

SPACES = ("page", "viewport", "element")
UNITS = ("css", "device")


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """`key` is the write key of the site `site`, with which texts are hashed.

    The rest stands in for what a file does not say of its rows: `url` and `viewport` (CSS px) of the page, `space` and
    `unit` of x and y, `dpr`; `query` are the query keys that make another page. For gaze `window` is where the top left
    corner of the page's viewport is on the screen, `screen` the size of the screen, both in the px of the eye tracker,
    `scroll` a log of scroll offsets, or `still` says that the page was never scrolled.
    """

    site: str = "default"
    key: str = ""
    format: str = ""
    url: str = ""
    viewport: tuple[int, int] | None = None
    space: str = ""
    unit: str = ""
    dpr: float | None = None
    query: frozenset[str] = frozenset()
    window: tuple[float, float] | None = None
    screen: tuple[float, float] | None = None
    scroll: Path | None = None
    still: bool = False
    browser: str | None = None
    online: bool = False


def names(options: ImportOptions, source: str, path: Path) -> Callable[[str], str]:
    """A function from the vendor's name of a session to its id here, always the same for the same name.

    The vendor's name may be that of a person, so it is hashed with the site's key. Rows of no session take their name
    from the content of the file.
    """

    @cache
    def content() -> str:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()

    def name(vendor: str) -> str:
        own = content() + vendor if vendor.startswith("#") else vendor
        text = "\0".join((options.site, options.key, source, own))
        return f"{source}-{hashlib.sha256(text.encode('utf-8', 'replace')).hexdigest()[:20]}"

    return name
