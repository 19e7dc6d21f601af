"""Pages that are built alike: which of them one route pattern could hold, and which of a route's differ."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from heatreel.capture.results import Proposal
from heatreel.capture.tab import Tab
from heatreel.core.errors import PageError
from heatreel.core.routes import RouteTable

Shape = tuple[int, ...]
"""The smallest hashes of how a page is built: a bottom-k sketch (Cohen and Kaplan 2007), so that shapes compare."""

KEPT = 300
ALIKE = 0.8
"""Measured: products of the demo shop are 1.0 alike; its seven templates, and pages of other kinds on five sites of
packages (Spectre, Owl Carousel, Modern Business, jQuery UI, Mithril), 0.2 to 0.79."""

LEAST = 3
"""So many pages that are alike make a proposal; one more where the pattern would hold pages of the top level."""

MEMBERS = 2
"""So many other pages of a route are opened to see whether they are alike."""

# What an element is, with its nearest ancestors: tags and classes without digits. Repeats count once, so that a list
# of three and one of thirty are alike.
_SHAPE = """(() => {
  const classes = (e) => [...e.classList].filter((name) => !/\\d/.test(name)).slice(0, 3).sort();
  const word = (e) => [e.localName, ...classes(e)].join(".");
  const found = new Set();
  for (const element of document.querySelectorAll("body *")) {
    if (/^(script|style|link|meta|noscript|template|br)$/.test(element.localName)) continue;
    if (element.ownerSVGElement || !element.getClientRects().length) continue;
    let path = "";
    for (let at = element, depth = 0; at && at !== document.body && depth < 4; at = at.parentElement, depth++) {
      path += ">" + word(at);
    }
    let hash = 2166136261;
    for (let at = 0; at < path.length; at++) hash = Math.imul(hash ^ path.charCodeAt(at), 16777619);
    hash = Math.imul(hash ^ (hash >>> 15), 2246822519); found.add((hash ^ (hash >>> 13)) >>> 0);
  }
  return JSON.stringify([...found].sort((a, b) => a - b).slice(0, %d));
})()"""


async def shape(tab: Tab) -> Shape:
    """How a page in its default state is built; empty when it does not say."""
    try:
        return tuple(int(one) for one in str(await tab.call(_SHAPE % KEPT)).strip("[]").split(",") if one)
    except PageError:
        return ()


def likeness(one: Shape, other: Shape) -> float:
    """The share of structure that two pages have in common, 0 to 1 (Jaccard, estimated from the sketches)."""
    union = sorted({*one, *other})
    if len(one) >= KEPT or len(other) >= KEPT:
        union = union[:KEPT]
    both = {*one} & {*other}
    return sum(value in both for value in union) / len(union) if union else 1.0


def proposals(shapes: Mapping[str, Shape], table: RouteTable) -> list[Proposal]:
    """Route patterns for captured pages (by URL) that no route holds yet, the largest first.

    A pattern leaves one part of the path open. It is proposed when at least three quarters of the captured pages that
    it would hold are built alike.
    """
    groups: defaultdict[tuple[str, ...], dict[str, str]] = defaultdict(dict)
    for url in shapes:
        page = table.page(url)
        if "{" in page or "?" in page:
            continue
        parts = page.split("/")[1:]
        for at in range(len(parts)):
            if parts[at] and not parts[at].endswith("#"):
                stem, ending = _ending(parts[at])
                if stem:
                    groups[(*parts[:at], "\0" + ending, *parts[at + 1 :])][page] = url
    found = [one for key, members in groups.items() if (one := _proposal(key, members, shapes))]
    return sorted(found, key=lambda one: (-len(one.pages), one.route))


def _ending(part: str) -> tuple[str, str]:
    """`story.html` as `story` and `.html`."""
    stem, dot, ending = part.rpartition(".")
    return (stem, dot + ending) if dot and ending.isalpha() and len(ending) <= 5 else (part, "")


def _proposal(key: tuple[str, ...], members: dict[str, str], shapes: Mapping[str, Shape]) -> Proposal | None:
    at = next(index for index, part in enumerate(key) if part.startswith("\0"))
    if len(members) < LEAST + (at == 0):
        return None
    groups = [
        [page for page in members if likeness(shapes[members[page]], shapes[url]) >= ALIKE] for url in members.values()
    ]
    alike = max(groups, key=len)
    if len(alike) < LEAST + (at == 0) or len(alike) < 0.75 * len(members):
        return None
    first = shapes[members[alike[0]]]
    ending = key[at][1:]
    values = [page.split("/")[1:][at].removesuffix(ending) for page in alike]
    hole = "{id}" if all(value.isdigit() for value in values) else "{slug}"
    route = "/" + "/".join((*key[:at], hole + ending, *key[at + 1 :]))
    return Proposal(route, tuple(alike), round(min(likeness(first, shapes[members[page]]) for page in alike), 2))


async def differing(tab: Tab, page: str, urls: Sequence[str], known: Shape) -> list[str]:
    """Lines on pages of a route that are built otherwise than the captured one, `urls[0]`."""
    lines = []
    try:
        for url in urls[1 : 1 + MEMBERS]:
            try:
                await tab.load(tab.visitor.url(url), fresh=True)
                alike = likeness(known, await shape(tab))
            except PageError as exc:
                lines.append(f"{page}: {exc}")
                continue
            if alike < ALIKE:
                lines.append(
                    f"{page}: {url} is built otherwise than {urls[0]}, which was captured for all of them"
                    f" ({alike:.0%} alike); give it a route of its own, listed before"
                )
    finally:
        await tab.close()
    return lines
