"""The page as OpenReplay's messages build it, so far as to say where the node of a click stood."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

MOST_NODES = 300_000
"""A page with more is not followed; its clicks are told by their selectors alone."""

DOCUMENT, ELEMENT, TEXT, MOVE, REMOVE = 7, 8, 9, 10, 11
"""Numbers of the messages that are followed (tracker/src/common/messages.gen.ts)."""


@dataclass(slots=True)
class _Node:
    tag: str
    parent: int
    children: list[int] = field(default_factory=list)


class Dom:
    """The nodes of one page by their numbers; 0 is `html`."""

    def __init__(self) -> None:
        self._nodes: dict[int, _Node] = {0: _Node("html", -1)}

    def hear(self, message: Any) -> None:
        """Follows a message as a list, if it builds the page; one that fits nothing is left out."""
        if not (isinstance(message, list) and message and message[0] in (DOCUMENT, ELEMENT, TEXT, MOVE, REMOVE)):
            return
        number, told = message[0], message[1:]
        if number == DOCUMENT:
            self._nodes = {0: _Node("html", -1)}
        elif number == REMOVE and len(told) > 0:
            self._take_out(told[0])
        elif len(told) >= 3 and all(isinstance(one, int) for one in told[:3]):
            self._put_in(number, told)

    def _put_in(self, number: int, told: list[Any]) -> None:
        own, parent, index = told[:3]
        if parent not in self._nodes or own == 0 or len(self._nodes) > MOST_NODES:
            return
        known = self._nodes.get(own)
        if number == MOVE and known is None:
            return
        self._take_out(own)
        tag = str(told[3]).lower() if number == ELEMENT and len(told) > 3 else known.tag if known else ""
        self._nodes[own] = _Node(tag, parent, known.children if known and number == MOVE else [])
        children = self._nodes[parent].children
        children.insert(min(max(index, 0), len(children)), own)

    def _take_out(self, own: Any) -> None:
        node = self._nodes.get(own) if isinstance(own, int) and own else None
        if node and own in (siblings := self._nodes[node.parent].children if node.parent in self._nodes else []):
            siblings.remove(own)
        if node:
            node.parent = -1

    def path(self, number: Any) -> str:
        """The CSS path of a node from the body, as `Outline.path` writes it; "" for one that is not on the page."""
        steps: list[str] = []
        while isinstance(number, int) and (node := self._nodes.get(number)) and node.tag and len(steps) < 500:
            if node.tag == "body" and node.parent == 0:
                return " > ".join(["body", *reversed(steps)])
            siblings = self._nodes[node.parent].children if node.parent in self._nodes else []
            twins = [one for one in siblings if self._nodes[one].tag == node.tag]
            if number not in twins:
                return ""
            tag = re.sub(r"[^\w-]", r"\\\g<0>", node.tag)
            steps.append(f"{tag}:nth-of-type({twins.index(number) + 1})")
            number = node.parent
        return ""
