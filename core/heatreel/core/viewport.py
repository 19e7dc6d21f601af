"""Viewports: a named width x height in CSS px, pixel ratio, touch or not."""

from __future__ import annotations

import re
from dataclasses import dataclass

from heatreel.core.errors import InputError

_TEXT = re.compile(
    r"(?P<name>[A-Za-z0-9][A-Za-z0-9_-]{0,39})=(?P<width>\d{1,5})x(?P<height>\d{1,5})"
    r"(?:@(?P<dpr>\d(?:\.\d{1,3})?))?(?P<touch>,touch)?"
)
_SIDES = range(200, 10_001)


@dataclass(frozen=True, slots=True)
class Viewport:
    """A window a page is shown in. `width` and `height` are CSS px; `dpr` is device px for each CSS px."""

    name: str
    width: int
    height: int
    dpr: float = 1.0
    touch: bool = False

    def __str__(self) -> str:
        ratio = f"@{self.dpr:g}" if self.dpr != 1 else ""
        return f"{self.name}={self.width}x{self.height}{ratio}{',touch' if self.touch else ''}"

    @classmethod
    def parse(cls, text: str) -> Viewport:
        """The viewport written as `NAME=WxH[@DPR][,touch]`; raises `InputError` that shows the form."""
        found = _TEXT.fullmatch(text.strip())
        if not found:
            raise InputError(f"viewport {text!r}: write NAME=WxH[@DPR][,touch], such as mobile=390x844@2,touch")
        width, height = int(found["width"]), int(found["height"])
        dpr = float(found["dpr"] or 1)
        if width not in _SIDES or height not in _SIDES:
            raise InputError(f"viewport {text!r}: sides must be {_SIDES.start} to {_SIDES.stop - 1} CSS px")
        if not 0.5 <= dpr <= 4:
            raise InputError(f"viewport {text!r}: pixel ratio must be 0.5 to 4")
        return cls(found["name"], width, height, dpr, bool(found["touch"]))


DEFAULT_VIEWPORTS = (
    Viewport("desktop", 1440, 900),
    Viewport("tablet", 820, 1180, touch=True),
    Viewport("mobile", 390, 844, touch=True),
)


def parse_viewports(texts: list[str]) -> tuple[Viewport, ...]:
    """The viewports of `--viewport` options, or the defaults when there are none; names must differ."""
    viewports = tuple(Viewport.parse(text) for text in texts) or DEFAULT_VIEWPORTS
    names = [viewport.name for viewport in viewports]
    for name in names:
        if names.count(name) > 1:
            raise InputError(f"viewport name {name!r} is given twice")
    return viewports
