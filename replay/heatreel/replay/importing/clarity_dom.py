"""The DOM that Clarity's payloads tell of: which element a node number is, as a path and by its own attributes."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

MOST_NODES = 200_000
ROOTS = frozenset({"html", "body", "*d"})


class Node(NamedTuple):
    parent: int
    previous: int
    tag: str
    attributes: dict[str, str]


class Dom:
    """The nodes of one page, as of the payloads so far."""

    def __init__(self) -> None:
        self._nodes: dict[int, Node] = {}

    def add(self, change: Any) -> None:
        """Takes over the nodes of a `dom` event; what is none is left out."""
        for node in change if isinstance(change, list) else ():
            if isinstance(node, dict) and isinstance(node.get("id"), int) and len(self._nodes) < MOST_NODES:
                attributes = node.get("attributes")
                kept = {
                    name: value
                    for name, value in (attributes if isinstance(attributes, dict) else {}).items()
                    if name in ("id", "class", "data-testid", "name", "type", "role") and isinstance(value, str)
                }
                self._nodes[node["id"]] = Node(
                    _number(node.get("parent")), _number(node.get("previous")), str(node.get("tag", "")).lower(), kept
                )

    def node(self, number: Any) -> Node | None:
        return self._nodes.get(number) if isinstance(number, int) else None

    def is_page(self, number: Any) -> bool:
        """Whether scrolling the node scrolls the page. Nodes that were never told of are the document itself."""
        node = self.node(number)
        return node is None or node.tag in ROOTS

    def path(self, number: Any) -> str:
        """The path from the body, as `Outline.path` writes it; "" when not all of it is known."""
        steps: list[str] = []
        node = self.node(number)
        while node and len(steps) < 500:
            if node.tag == "body":
                return " > ".join(["body", *reversed(steps)])
            if not re.fullmatch(r"[a-z][\w-]*", node.tag):
                return ""
            steps.append(f"{node.tag}:nth-of-type({self._place(node)})")
            node = self.node(node.parent)
        return ""

    def _place(self, node: Node) -> int:
        place, seen, before = 1, 0, self.node(node.previous)
        while before and seen < 10_000:
            place += before.tag == node.tag
            seen += 1
            before = self.node(before.previous)
        return place


def _number(value: Any) -> int:
    return value if isinstance(value, int) else -1
