"""The line that puts the recorder on a page."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape


def snippet(base: str, key: str, query: Sequence[str] = ()) -> str:
    """The line that puts the recorder on a page. `base` is the collector's URL without a slash.

    `query` are the keys of a URL's query that make another page; the recorder sends no others.
    """
    kept = f' data-query="{escape(",".join(query))}"' if query else ""
    return f'<script async src="{base}/heatreel.js" data-site="{key}"{kept}></script>'
