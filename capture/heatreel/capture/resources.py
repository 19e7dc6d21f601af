"""Pictures, fonts and style sheets of a page, put into its DOM so that it can be drawn again offline."""

from __future__ import annotations

import asyncio
import base64
import json
import mimetypes
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin, urlsplit

from heatreel.capture.tab import Tab

LIMIT_BYTES = 1_500_000
"""A larger resource is left out and listed as missing."""

TOTAL_BYTES = 16_000_000
"""What one DOM may hold of resources, as stored (base64)."""

_URL = re.compile(r"""url\(\s*(?:"([^"]+)"|'([^']+)'|([^"')\s]+))\s*\)""")

Node = dict[str, Any]


@dataclass
class Resources:
    """What was fetched so far, by URL; the states of a page share it."""

    texts: dict[str, str] = field(default_factory=dict)
    data: dict[str, str] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)

    async def inline(self, tab: Tab, kept: dict[str, Any]) -> tuple[str, list[str]]:
        """The DOM of `__heatreelKeep` as JSON text with its resources inlined, and the URLs that are missing."""
        root, shown = kept["root"], {int(key): value for key, value in kept["shown"].items()}
        nodes = list(_walk(root))
        for node in nodes:
            _choose(node, shown)
        sheets = [node["attributes"]["href"] for node in nodes if _is_sheet(node)]
        await self._fetch(tab, [url for url in sheets if url not in self.texts], texts=True)
        for node in nodes:
            _put_sheet(node, self.texts)
        wanted = {url for node in nodes for url in _urls(node)}
        await self._fetch(tab, [url for url in wanted if url not in self.data], texts=False)
        budget = _Budget(self.data)
        for node in nodes:
            _replace(node, budget)
        missing = sorted(
            (wanted - self.data.keys()) | budget.left_out | {url for url in sheets if url not in self.texts}
        )
        return json.dumps(root, ensure_ascii=False, separators=(",", ":")), missing[:100]

    async def _fetch(self, tab: Tab, urls: list[str], texts: bool) -> None:
        wanted = [url for url in dict.fromkeys(urls) if url not in self.gone]
        if not wanted:
            return
        kinds = await _kinds(tab)
        gate = asyncio.Semaphore(6)

        async def one(url: str) -> None:
            async with gate:
                found = await _content(tab, url, kinds)
            if not found or len(found[0]) > LIMIT_BYTES:
                self.gone.add(url)
            elif texts:
                self.texts[url] = _absolute(found[0].decode("utf-8", "replace"), url)
            else:
                self.data[url] = f"data:{found[1]};base64,{base64.b64encode(found[0]).decode()}"

        await asyncio.gather(*(one(url) for url in wanted))


class _Budget:
    """Hands out data URLs until one DOM holds enough."""

    def __init__(self, data: dict[str, str]) -> None:
        self._data = data
        self._left = TOTAL_BYTES
        self.left_out: set[str] = set()

    def take(self, url: str) -> str:
        found = self._data.get(url, "")
        if len(found) > self._left:
            self.left_out.add(url)
            return url
        self._left -= len(found)
        return found or url


def _walk(node: Node | None) -> Iterator[Node]:
    if node is None:
        return
    stack = [node]
    while stack:
        at = stack.pop()
        yield at
        stack.extend(reversed(at.get("childNodes", ())))


def _is_sheet(node: Node) -> bool:
    attributes = node.get("attributes") or {}
    return (
        node.get("tagName") == "link"
        and "stylesheet" in str(attributes.get("rel", ""))
        and _is_web(attributes.get("href"))
    )


def _is_web(url: Any) -> bool:
    return isinstance(url, str) and url.startswith(("http://", "https://"))


def _choose(node: Node, shown: dict[int, str]) -> None:
    """An image keeps the one picture that it showed."""
    tag, attributes = node.get("tagName"), node.get("attributes")
    if not attributes:
        return
    if tag == "img" and shown.get(node["id"]):
        attributes["src"] = shown[node["id"]]
    if tag in ("img", "source"):
        for name in ("srcset", "sizes", "loading"):
            attributes.pop(name, None)


def _put_sheet(node: Node, texts: dict[str, str]) -> None:
    if _is_sheet(node) and (text := texts.get(node["attributes"]["href"])) is not None:
        del node["attributes"]["href"]
        node["attributes"]["_cssText"] = text


_FIELDS = {
    "img": ("src",),
    "video": ("poster",),
    "input": ("src",),
    "image": ("href", "xlink:href"),
    "use": (),
    "body": ("background",),
}


def _places(node: Node) -> Iterator[tuple[Node, str, bool]]:
    """Where a node may name resources: (holder, key, whether it is CSS)."""
    attributes = node.get("attributes") or {}
    for name in _FIELDS.get(node.get("tagName", ""), ()):
        if _is_web(attributes.get(name)):
            yield attributes, name, False
    for name in ("_cssText", "style"):
        if isinstance(attributes.get(name), str) and "url(" in attributes[name]:
            yield attributes, name, True
    if node.get("isStyle") and "url(" in node.get("textContent", ""):
        yield node, "textContent", True
    if node.get("tagName") == "style":
        for child in node.get("childNodes", ()):
            if "url(" in child.get("textContent", "") and not child.get("isStyle"):
                yield child, "textContent", True


def _css_urls(text: str) -> list[str]:
    return [url for found in _URL.findall(text) if _is_web(url := next(filter(None, found)))]


def _urls(node: Node) -> Iterator[str]:
    for holder, key, css in _places(node):
        yield from _css_urls(holder[key]) if css else [holder[key]]


def _replace(node: Node, budget: _Budget) -> None:
    def one(found: re.Match[str]) -> str:
        url = found[1] or found[2] or found[3]
        return f'url("{budget.take(url)}")' if _is_web(url) else found[0]

    for holder, key, css in _places(node):
        holder[key] = _URL.sub(one, holder[key]) if css else budget.take(holder[key])


def _absolute(text: str, base: str) -> str:
    def one(found: re.Match[str]) -> str:
        url = found[1] or found[2] or found[3]
        return found[0] if url.startswith(("data:", "#")) else f'url("{urljoin(base, url)}")'

    return _URL.sub(one, text)


async def _kinds(tab: Tab) -> dict[str, tuple[str, str]]:
    """(frame id, media type) of each resource that the browser still holds, by URL."""
    found: dict[str, tuple[str, str]] = {}

    def visit(tree: dict[str, Any]) -> None:
        frame = tree["frame"]["id"]
        for resource in tree.get("resources", ()):
            found[resource["url"]] = (frame, resource.get("mimeType", ""))
        for child in tree.get("childFrames", ()):
            visit(child)

    with suppress(Exception):
        await tab.cdp.send("Page.enable")
        visit((await tab.cdp.send("Page.getResourceTree"))["frameTree"])
    return found


async def _content(tab: Tab, url: str, kinds: dict[str, tuple[str, str]]) -> tuple[bytes, str] | None:
    """Bytes and media type: what the browser holds, else from the network."""
    if url in kinds:
        frame, kind = kinds[url]
        with suppress(Exception):
            answer = await tab.cdp.send("Page.getResourceContent", {"frameId": frame, "url": url})
            raw = answer["content"]
            content = base64.b64decode(raw) if answer["base64Encoded"] else raw.encode()
            if content:
                return content, kind or _guess(url)
    with suppress(Exception):
        response = await tab.context.request.get(url, timeout=5000, max_redirects=5)
        if response.ok:
            return await response.body(), response.headers.get("content-type", "").split(";")[0] or _guess(url)
    return None


def _guess(url: str) -> str:
    return mimetypes.guess_type(urlsplit(url).path)[0] or "application/octet-stream"
