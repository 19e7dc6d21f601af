"""Every kind of layer as it looked when somebody looked at it: pictures compared as arrays, with a tolerance.

They are kept at half the size. After a change that is meant, write them again and look at them:

    HEATREEL_WRITE_GOLD=1 pytest tests/overlays/test_gold.py
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from heatreel.core.hits import SIGNALS, Hits
from heatreel.overlays.context import Context
from heatreel.overlays.difference import Side, draw_difference
from heatreel.overlays.dots import Split
from heatreel.overlays.kinds import KINDS
from heatreel.overlays.layers import Layer, LayerSpec, draw_layer
from heatreel.overlays.picture import decode_png
from heatreel.overlays.render import Look, compose
from heatreel.overlays.wording import words_for
from heatreel.replay.ranking import rank_elements
from overlays_making import make_hits, make_outline, make_picture, make_snapshot, random_hits, type_of

GOLD = Path(__file__).parent / "gold"
WIDTH, HEIGHT = 480, 600
OUTLINE = make_outline(WIDTH, HEIGHT)
SNAPSHOT = make_snapshot(WIDTH, HEIGHT)

# Another build of a library may round otherwise: by a few steps, at the edges of letters.
_NEAR, _FEW = 12, 0.002


def _hits(seed: int = 7) -> Hits:
    """What 80 visitors did: all types, all signals."""
    clicks = random_hits(400, WIDTH, HEIGHT, seed, elements=8)
    bits = np.random.default_rng(seed).integers(0, 1 << len(SIGNALS), 400)
    parts = [replace(clicks, signals=bits.astype(np.uint16), signature=(bits % 3).astype(np.int32))]
    for number, name in enumerate(("tap", "move", "hover", "gaze")):
        some = random_hits(150, WIDTH, HEIGHT, seed + number + 1)
        ms = np.full(150, 400 * number, np.float32)
        parts.append(replace(some, type=np.full(150, type_of(name), np.uint8), signals=some.signals * 0, ms=ms))
    visits = np.arange(80)
    depth = 200 + (visits * 37) % 400
    for name, y, at in (("view", np.full(80, 200), 0.0), ("scroll", depth, 4000.0), ("focus", depth, 9000.0)):
        types = np.full(80, type_of(name))
        parts.append(make_hits(80, type=types, y=y, visit=visits, session=visits, time_ms=visits + at))
    return Hits.joined(parts)


def _layer(kind: str) -> Layer:
    hits = _hits()
    split = Split("signal", ("some", "others"), (hits.session % 2).astype(np.int64))
    rows = rank_elements(hits, OUTLINE, 80)
    context = Context(split=split, signatures=("TypeError a.js 1", "RangeError b.js 22", "Error c.js 3"))
    return draw_layer(SNAPSHOT, OUTLINE, hits, LayerSpec(kind), rows, 80, context)


def _difference() -> Layer:
    sides = [
        Side(name, hits, rank_elements(hits, OUTLINE, 100), 100)
        for name, hits in (("old", _hits(7).of_type("click")), ("new", _hits(11).of_type("click")))
    ]
    return draw_difference(SNAPSHOT, OUTLINE, sides[0], sides[1], LayerSpec())


@pytest.mark.parametrize("kind", [*KINDS, "difference"])
def test_it_looks_as_it_did(kind: str, tmp_path: Path) -> None:
    layer = _difference() if kind == "difference" else _layer(kind)
    look = Look(dark=kind in ("move", "gaze", "rage"))
    words = words_for(layer, SNAPSHOT, "1,240 of 1,240 events placed (100.0 %)", "2026-01-31")
    (data,) = compose(layer, OUTLINE, make_picture(OUTLINE), words, "png", look)
    painted = _halved(decode_png(data, kind))
    gold = GOLD / f"{kind}.webp"
    if os.environ.get("HEATREEL_WRITE_GOLD"):
        Image.fromarray(painted).save(gold, lossless=True, method=6)
    if not _alike(painted, np.asarray(Image.open(gold).convert("RGB"))):
        seen = tmp_path / f"{kind}.png"
        Image.fromarray(painted).save(seen)
        pytest.fail(f"{seen} does not look like {gold}")


def _halved(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Half the size, where letters that are a fraction of a px elsewhere are no difference."""
    return np.asarray(cv2.resize(picture, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), np.uint8)


def _alike(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> bool:
    if one.shape != other.shape:
        return False
    apart = np.abs(one.astype(np.int16) - other).max(axis=2)
    return bool((apart > _NEAR).mean() <= _FEW)


def test_what_is_not_alike_is_seen() -> None:
    (data,) = compose(_layer("click"), OUTLINE, make_picture(OUTLINE), words_for(_layer("click"), SNAPSHOT), "png")
    painted = _halved(decode_png(data, "click"))
    assert _alike(painted, painted)
    assert not _alike(painted, np.roll(painted, 3, axis=0))
    assert not _alike(painted, painted[:-1])
    dimmer = painted.copy()
    dimmer[-200:] = (dimmer[-200:] * 0.9).astype(np.uint8)
    assert not _alike(painted, dimmer)
