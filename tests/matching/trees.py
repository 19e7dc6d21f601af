"""Generated pages: trees of sections, cards and links, laid out from top to bottom, as outlines."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from hypothesis import strategies as st

from heatreel.core.element import Element, Outline

WIDTH = 1280.0
WORDS = """
amber basil cedar delta ember fjord grove haven inlet jolly kayak lemon maple north ocean pearl quartz river stone tulip
umber velvet willow yarrow zephyr harbor meadow canyon island prairie summit valley
"""


@dataclass(frozen=True)
class Node:
    """A node to be: everything but its place."""

    tag: str
    name: str = ""
    href: str = ""
    id: str = ""
    classes: tuple[str, ...] = ()
    children: tuple[Node, ...] = ()
    shown: bool = True


def page(nodes: Iterable[Node]) -> Outline:
    """The outline of a page with these nodes in its body."""
    elements: list[Element] = []
    _add(elements, Node("body", children=tuple(nodes)), -1, 1, 0.0)
    return Outline(WIDTH, elements[0].box[3], tuple(elements))


def _add(elements: list[Element], node: Node, parent: int, nth: int, top: float) -> float:
    """Adds a node and what it holds; returns its lower edge."""
    place = len(elements)
    act = node.tag in ("a", "button")
    path = f"{elements[parent].selector} > " if parent >= 0 else ""
    own = Element(place, parent, node.tag, nth, name=node.name, text=node.name, href=node.href, id=node.id)
    role, selector = "link" if act else "", f"{path}{node.tag}:nth-of-type({nth})"
    elements.append(
        replace(own, classes=node.classes, visible=node.shown, interactive=act, role=role, selector=selector)
    )
    low, counts = top, dict[str, int]()
    for child in node.children:
        counts[child.tag] = counts.get(child.tag, 0) + 1
        low = _add(elements, child, place, counts[child.tag], low)
    low = max(low, top + 30.0)
    size = (WIDTH, low - top) if node.children else (20.0 + 8 * len(node.name), 30.0)
    box = (0.0, top, *size) if node.shown else (0.0, 0.0, 0.0, 0.0)
    elements[place] = replace(elements[place], box=box)
    return low


def rewritten(node: Node, change: Callable[[Node], Node]) -> Node:
    """The node with a change made to it and to all it holds."""
    return replace(change(node), children=tuple(rewritten(child, change) for child in node.children))


def names(count: int) -> list[str]:
    """Names with no two words in common beyond one."""
    known = WORDS.split()
    pairs = ((one, two) for one in known for two in known if one < two)
    return [f"{one} {two}" for one, two in pairs][:: max(1, 496 // max(count, 1))][:count]


@st.composite
def sites(draw: st.DrawFn, least: int = 3, most: int = 8) -> tuple[Node, ...]:
    """A header with links and sections with cards; every heading and link its own name, "Read more" repeated."""
    sections = draw(st.integers(least, most))
    cards = draw(st.lists(st.integers(1, 4), min_size=sections, max_size=sections))
    pool = iter(draw(st.permutations(names(60))))
    links = tuple(Node("a", word := next(pool), f"/{word.replace(' ', '-')}") for _ in range(draw(st.integers(2, 5))))
    body = [Node("nav", children=(Node("ul", children=tuple(Node("li", children=(one,)) for one in links)),))]
    body.extend(
        Node("section", children=(Node("h2", next(pool)), *(card(next(pool)) for _ in range(number))))
        for number in cards
    )
    return tuple(body)


def card(name: str) -> Node:
    """A card with heading, text, link and an empty icon."""
    slug = name.replace(" ", "-")
    return Node(
        "div", classes=("card",),
        children=(
            Node("h3", name), Node("p", f"all about {name}"),
            Node("a", "Read more", f"/{slug}", children=(Node("i", classes=("icon",)),)),
        ),
    )  # fmt: skip
