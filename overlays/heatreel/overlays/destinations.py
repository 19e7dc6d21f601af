"""Links that lead to the same place, side by side: which of them people use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from string import ascii_uppercase

from heatreel.core.element import Outline
from heatreel.overlays.evidence import Row


@dataclass(frozen=True, slots=True)
class Destination:
    """Visible links with one `href`, in page order, at least one of them clicked. `clicks` are by link."""

    letter: str
    href: str
    indices: tuple[int, ...]
    clicks: tuple[int, ...]

    @property
    def words(self) -> str:
        """How its clicks are shared out."""
        total = sum(self.clicks)
        shares = " · ".join(f"{100 * clicks / total:.0f} %" for clicks in self.clicks)
        return f"{self.letter}: {len(self.indices)} links to {self.href} share {total:,} clicks: {shares}"


def destinations(rows: Sequence[Row], outline: Outline) -> tuple[Destination, ...]:
    """The destinations that several links lead to, most clicks first, with a letter each."""
    clicks = {row.index: row.clicks for row in rows}
    links: dict[str, list[int]] = {}
    for element in outline.elements:
        shows = element.visible and element.interactive and min(element.box[2:]) > 0
        if element.href and shows and not element.href.startswith("#"):
            links.setdefault(element.href, []).append(element.index)
    shared = [
        (href, indices)
        for href, indices in links.items()
        if len(indices) > 1 and any(clicks.get(index) for index in indices)
    ]
    shared.sort(key=lambda item: -sum(clicks.get(index, 0) for index in item[1]))
    return tuple(
        Destination(letter, href, tuple(indices), tuple(clicks.get(index, 0) for index in indices))
        for letter, (href, indices) in zip(ascii_uppercase, shared, strict=False)
    )
