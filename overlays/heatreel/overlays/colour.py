"""Step 4, levels to colours: a palette of 256 colours with their opacities."""

from __future__ import annotations

import difflib
import logging
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from heatreel.core.errors import InputError

Ramp = Literal["fade", "fog", "flat"]

DEFAULT_COLOURS = "plasma"
SUGGESTED = ("plasma", "inferno", "viridis", "cividis", "magma", "batlow", "rainbow")
"""Maps named in messages; any map of the cmap catalogue can be had by its name."""

# turbo is the classic rainbow with an even ramp, but its top turns dark: the hottest core would read colder
# than the ring around it, so it is cut where its lightness falls below L* 40.
_CUT = {"rainbow": ("google:turbo", 0.0, 0.92), "turbo": ("google:turbo", 0.0, 0.92)}

# Heat fades in from the first level that can be told from nothing, quickly to a share of the opacity, then
# slowly to all of it: cold heat must be seen without veiling the page, and the page be read under hot heat.
FIRST_LEVEL = 8
_FADED_IN = 72
_COLD_SHARE = 0.72

# A scroll layer is nearly clear where everyone was and fogs what few saw.
_CLEAR_SHARE = 0.2


@dataclass(frozen=True, eq=False)
class Palette:
    """`rgb` has shape (256, 3), `alpha` shape (256,), both uint8; level 0 is transparent."""

    name: str
    rgb: NDArray[np.uint8]
    alpha: NDArray[np.uint8]


@lru_cache(maxsize=32)
def palette(name: str = DEFAULT_COLOURS, opacity: float = 0.8, ramp: Ramp = "fade") -> Palette:
    """The palette of a colour map of the cmap catalogue, or "rainbow".

    `opacity`, 0 to 1, is that of the hottest level with the ramp "fade", where cold levels fade out; of the
    coldest with "fog", where hot ones are nearly clear; of all with "flat". Raises `InputError` for a map that
    there is not.
    """
    if not 0 < opacity <= 1:
        raise InputError(f"opacity {opacity:g}: must be above 0 and at most 1")
    shares = {"fade": _fade, "fog": _fog, "flat": _flat}[ramp]()
    alpha = np.rint(shares * opacity * 255).astype(np.uint8)
    alpha.setflags(write=False)
    return Palette(name, _colours(name), alpha)


DIVERGING = ("vik", "berlin", "RdBu_r", "PuOr_r", "coolwarm")
"""Maps for differences that are suggested: less is at one end, more at the other."""


@lru_cache(maxsize=32)
def diverging(name: str = DEFAULT_COLOURS, opacity: float = 0.85) -> Palette:
    """The palette of a difference: level 128 is transparent, opacity grows fast to either side.

    A map that runs one way only would say that less is nothing: instead of these the first of `DIVERGING` is taken.
    """
    full = palette(name if _is_diverging(name) else DIVERGING[0], opacity, "flat")
    away = np.clip(np.abs(np.arange(256) - 128) / 127, 0, 1)
    shares = np.where(away < 0.02, 0, 0.45 + 0.55 * np.minimum(away / 0.5, 1))
    alpha = np.rint(shares * opacity * 255).astype(np.uint8)
    alpha.setflags(write=False)
    return Palette(full.name, full.rgb, alpha)


def _is_diverging(name: str) -> bool:
    rgb = _colours(name).astype(np.float64)
    light = rgb @ (0.299, 0.587, 0.114)
    ends, middle = (light[0] + light[-1]) / 2, light[128]
    return bool(abs(middle - ends) > 60 and abs(light[0] - light[-1]) < 90)


def _fade() -> NDArray[np.float64]:
    level = np.arange(256)
    part = np.clip((level - FIRST_LEVEL) / (_FADED_IN - FIRST_LEVEL), 0, 1)
    rest = np.clip((level - _FADED_IN) / (255 - _FADED_IN), 0, 1)
    return _COLD_SHARE * part * part * (3 - 2 * part) + (1 - _COLD_SHARE) * rest


def _fog() -> NDArray[np.float64]:
    return _CLEAR_SHARE + (1 - _CLEAR_SHARE) * (1 - np.arange(256) / 255)


def _flat() -> NDArray[np.float64]:
    return np.ones(256)


@lru_cache(maxsize=32)
def _colours(name: str) -> NDArray[np.uint8]:
    from cmap import Colormap

    full, low, high = _CUT.get(name.strip().lower(), (name.strip(), 0.0, 1.0))
    # cmap logs when a short name is an alias of one of several maps; the first is the usual one.
    logging.getLogger("cmap").setLevel(logging.ERROR)
    try:
        colours = Colormap(full)(np.linspace(low, high, 256))
    except (ValueError, TypeError, KeyError) as exc:
        raise InputError(f"no colour map {name!r}; {_hint(name)}") from exc
    rgb = np.rint(np.asarray(colours)[:, :3] * 255).astype(np.uint8)
    rgb.setflags(write=False)
    return rgb


def _hint(name: str) -> str:
    from cmap import Catalog

    known = {key.rsplit(":", 1)[-1].lower() for key in Catalog()} | set(_CUT)
    near = difflib.get_close_matches(name.lower(), sorted(known), n=1)
    meant = f"did you mean {near[0]!r}? " if near else ""
    return f"{meant}Try {', '.join(SUGGESTED)}, or another of the cmap catalogue"
