"""What a page is made of, as one digest: the same digest, the same page, so what was kept of it holds."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from heatreel.capture.options import CaptureOptions
from heatreel.capture.tab import Tab
from heatreel.core.errors import PageError
from heatreel.core.routes import origin
from heatreel.core.version import tool_version

_TYPES = frozenset({"Document", "Stylesheet", "Script", "Image", "Font"})


async def content(tab: Tab) -> str:
    """A digest of the page in its default state and of all it was served: document, scripts, styles, pictures, fonts.

    Also of how it is captured, so that another option is another content. "" when the page does not say.
    """
    digest = hashlib.sha256(_manner(tab.options, str(tab.viewport)).encode())
    home = origin(tab.url)
    try:
        html = str(await tab.call("document.documentElement.outerHTML"))
        tree = (await tab.cdp.send("Page.getResourceTree"))["frameTree"]
        served = sorted([await _served(tab, *one) for one in _resources(tree)])
    except PageError:
        return ""
    for part in (html, *served):
        digest.update(part.replace(home, "").encode("utf-8", "replace") + b"\0")
    return digest.hexdigest()


def _manner(options: CaptureOptions, viewport: str) -> str:
    """Everything that decides what is found and kept on a page that stays the same."""
    names = ("states", "max_states", "depth", "hide", "mask", "wait_for", "scheme", "media", "forced_colors", "clock")
    asked = [(one.page, one.name, [action.as_json() for action in one.recipe]) for one in options.asked]
    return json.dumps([tool_version(), viewport, [getattr(options, name) for name in names], asked])


def _resources(tree: dict[str, Any]) -> list[tuple[str, str]]:
    frame = tree["frame"]["id"]
    found = [(frame, one["url"]) for one in tree.get("resources", ()) if one["type"] in _TYPES]
    for child in tree.get("childFrames", ()):
        found += _resources(child)
    return [(frame, url) for frame, url in found if not url.startswith("data:")]


async def _served(tab: Tab, frame: str, url: str) -> str:
    try:
        found = await tab.cdp.send("Page.getResourceContent", {"frameId": frame, "url": url})
    except Exception:
        # Gone from the browser's memory: then only its name counts.
        return url
    return f"{url} {hashlib.sha256(found['content'].encode('utf-8', 'replace')).hexdigest()}"
