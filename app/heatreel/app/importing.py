"""Options of `heatreel import`, checked at the door."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from heatreel.core.errors import InputError

if TYPE_CHECKING:
    from heatreel.replay.importing.options import ImportOptions


def import_options(
    *,
    site: str,
    format: str,
    url: str,
    viewport: str,
    space: str,
    unit: str,
    dpr: float,
    window: str,
    screen: str,
    scroll: Path | None,
    still: bool,
    online: bool,
    browser: str | None,
) -> ImportOptions:
    """The options as given on the command line. Raises `InputError` that names the one that is wrong."""
    from heatreel.core.config import find_config, load_config
    from heatreel.replay.importing.options import SPACES, UNITS, ImportOptions

    for name, value, known in (("--space", space, SPACES), ("--unit", unit, UNITS)):
        if value and value not in known:
            raise InputError(f"{name} {value}: is none of {', '.join(known)}")
    if dpr and not 0 < dpr <= 100:
        raise InputError(f"--dpr {dpr:g}: is no pixel ratio")
    if url and not re.match(r"https?://[^/\s]+", url):
        raise InputError(f"--url {url}: is not a URL; write it with http:// or https://")
    if scroll and not scroll.is_file():
        raise InputError(f"--scroll {scroll}: no such file")
    size = _pair(viewport.rpartition("=")[2], "x", "--viewport", "WxH, such as 1440x900")
    config = load_config(find_config(Path()))
    return ImportOptions(
        site=site,
        format=format,
        url=url,
        viewport=(round(size[0]), round(size[1])) if size else None,
        space=space,
        unit=unit,
        dpr=dpr or None,
        query=frozenset(config.site.query),
        window=_pair(window, ",", "--window", "X,Y, such as 0,85"),
        screen=_pair(screen, "x", "--screen", "WxH, such as 1920x1080"),
        scroll=scroll,
        still=still,
        online=online,
        browser=browser,
    )


def _pair(text: str, between: str, name: str, form: str) -> tuple[float, float] | None:
    if not text:
        return None
    found = re.fullmatch(rf"(-?\d{{1,6}}(?:\.\d+)?){between}(-?\d{{1,6}}(?:\.\d+)?)", text.strip())
    if not found or (between == "x" and min(float(found[1]), float(found[2])) < 1):
        raise InputError(f"{name} {text}: is not {form}")
    return float(found[1]), float(found[2])
