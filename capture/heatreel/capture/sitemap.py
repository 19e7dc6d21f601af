"""The addresses that a site lists in its sitemaps (sitemaps.org), read through the capture's own browser.

So the login, the headers and the refusal of addresses hold here as well.
"""

from __future__ import annotations

import base64
import json
import zlib
from urllib.parse import urljoin
from xml.etree import ElementTree

from heatreel.capture.tab import Tab, is_web
from heatreel.core.errors import InputError, PageError
from heatreel.core.routes import origin

AUTOMATIC = "auto"
MOST_BYTES = 50_000_000
MOST_URLS = 50_000
"""The bounds that sitemaps.org sets for one file; here, the second is for all of them."""
MOST_FILES = 50

_FETCH = """(async () => {
  const answer = await fetch(%s, { credentials: "include" });
  if (!answer.ok) return JSON.stringify({ status: answer.status });
  const bytes = new Uint8Array(await answer.arrayBuffer());
  if (bytes.length > %d) return JSON.stringify({ status: 413 });
  let text = "";
  for (let at = 0; at < bytes.length; at += 32768) text += String.fromCharCode(...bytes.subarray(at, at + 32768));
  return JSON.stringify({ status: answer.status, data: btoa(text) });
})()"""


async def listed_urls(tab: Tab, sitemap: str, urls: list[str]) -> tuple[list[str], list[str]]:
    """The pages that a sitemap lists, in its order, and lines on what could not be read.

    `auto` takes the sitemaps that robots.txt names, else /sitemap.xml, of each origin of the URLs. Raises
    `InputError` when a sitemap that was named cannot be read.
    """
    found: dict[str, None] = {}
    problems: list[str] = []
    try:
        if sitemap != AUTOMATIC:
            await _stand_on(tab, sitemap)
            await _read_all(tab, [sitemap], found, problems)
            if problems and not found:
                raise InputError(problems[0])
            return list(found), problems
        for one in dict.fromkeys(origin(url) for url in urls):
            try:
                await _stand_on(tab, one)
            except InputError as exc:
                problems.append(str(exc))
                continue
            named = await _named_by_robots(tab, one)
            missing: list[str] = []
            await _read_all(tab, named or [f"{one}/sitemap.xml"], found, missing)
            problems += missing
    finally:
        await tab.close()
    return list(found), problems


async def _stand_on(tab: Tab, url: str) -> None:
    """Opens any document of the origin: from there, its files can be fetched whatever their type."""
    site = origin(url)
    try:
        await tab.load(f"{site}/robots.txt", fresh=True)
    except PageError as exc:
        # robots.txt is no page, or not there; its origin is what counts.
        if origin(tab.page.url) != site:
            raise InputError(f"{url}: the sitemap cannot be read ({exc})") from exc


async def _named_by_robots(tab: Tab, site: str) -> list[str]:
    try:
        text = (await _fetch(tab, f"{site}/robots.txt")).decode("utf-8", "replace")
    except PageError:
        return []
    lines = [line.partition(":") for line in text.splitlines()]
    named = [urljoin(site, value.strip()) for name, _, value in lines if name.strip().lower() == "sitemap"]
    return [url for url in named if is_web(url)]


async def _read_all(tab: Tab, files: list[str], found: dict[str, None], problems: list[str]) -> None:
    """Reads sitemaps, and those that they list, breadth first."""
    waiting, seen = list(files), set(files)
    for url in waiting:
        if len(found) >= MOST_URLS or waiting.index(url) >= MOST_FILES:
            problems.append(f"{url}: not read; {len(found)} addresses of {MOST_FILES} sitemaps are enough")
            return
        try:
            pages, more = parse(await _fetch(tab, url), url)
        except (PageError, InputError) as exc:
            problems.append(str(exc))
            continue
        found.update(dict.fromkeys(pages[: MOST_URLS - len(found)]))
        fresh = [one for one in more if one not in seen]
        seen.update(fresh)
        waiting += fresh


async def _fetch(tab: Tab, url: str) -> bytes:
    try:
        answer = json.loads(await tab.call(_FETCH % (json.dumps(url), MOST_BYTES)))
    except PageError as exc:
        raise PageError(f"{url}: the sitemap cannot be fetched") from exc
    if "data" not in answer:
        raise PageError(f"{url}: the sitemap answers with HTTP {answer['status']}")
    return base64.b64decode(answer["data"])


def parse(data: bytes, url: str) -> tuple[list[str], list[str]]:
    """The pages, and the further sitemaps, that a sitemap lists: XML, gzip of XML, or text with a URL on each line.

    Raises `InputError` when it is none of these. Entities of its own are refused: they only serve to blow up.
    """
    if data[:2] == b"\x1f\x8b":
        data = _unzipped(data, url)
    text = data.lstrip(b"\xef\xbb\xbf \t\r\n")
    if not text.startswith(b"<"):
        lines = [line.strip() for line in text.decode("utf-8", "replace").splitlines()]
        return [line for line in lines if is_web(line)], []
    if b"<!DOCTYPE" in text[:2000] or b"<!ENTITY" in text[:2000]:
        raise InputError(f"{url}: the sitemap has a document type, which none needs")
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError as exc:
        raise InputError(f"{url}: is no sitemap ({exc})") from exc
    name = root.tag.rpartition("}")[2]
    if name not in ("urlset", "sitemapindex"):
        raise InputError(f"{url}: is no sitemap, but <{name}>")
    places = [(place.text or "").strip() for entry in root for place in entry if place.tag.rpartition("}")[2] == "loc"]
    places = [urljoin(url, place) for place in places if place]
    places = [place for place in places if is_web(place)]
    return (places, []) if name == "urlset" else ([], places)


def _unzipped(data: bytes, url: str) -> bytes:
    try:
        unzip = zlib.decompressobj(16 + zlib.MAX_WBITS)
        found = unzip.decompress(data, MOST_BYTES)
    except zlib.error as exc:
        raise InputError(f"{url}: is damaged ({exc})") from exc
    if not unzip.eof and not unzip.unconsumed_tail:
        raise InputError(f"{url}: is cut off")
    if unzip.unconsumed_tail:
        raise InputError(f"{url}: the sitemap is larger than {MOST_BYTES:,} bytes")
    return found
