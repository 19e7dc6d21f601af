"""Fixed things, dialogs and banners with an opacity of their own: what lies below shows through, its heat included."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from heatreel.core.errors import InputError
from heatreel.core.state import Snapshot
from heatreel.core.workspace import Workspace
from heatreel.overlays.layers import Layer, LayerSpec, lay
from heatreel.overlays.marks import draw_marks
from heatreel.overlays.parts import Part, cleared_picture, parts_of
from heatreel.overlays.scenes import Scene, common_scale, scene_of_fixed, scene_without_fixed

Fades = Mapping[str, float]
"""Opacity by selector, 0 (gone) to 1; the empty selector is for all fixed things that are not named."""


@dataclass(frozen=True, eq=False)
class Faded:
    """A painted picture, shape (h, w, 3) RGB in device px, the layer whose legend it has, and what was faded, in
    words."""

    picture: NDArray[np.uint8]
    layer: Layer
    words: tuple[str, ...]


def fades_of(texts: Sequence[str]) -> dict[str, float]:
    """What `--fade [SELECTOR=]SHARE` asks for. Raises `InputError` for a share that is none."""
    fades = {}
    for text in texts:
        # A selector may hold an equals sign itself.
        selector, _, share = text.rpartition("=")
        try:
            fades[selector.strip()] = float(share)
        except ValueError as exc:
            raise InputError(f"--fade {text!r}: write SHARE or SELECTOR=SHARE, such as 0.3 or #cookies=0.3") from exc
        if not 0 <= fades[selector.strip()] <= 1:
            raise InputError(f"--fade {text!r}: an opacity is from 0 to 1")
    return fades


def faded_parts(snapshot: Snapshot, fades: Fades) -> dict[Part, float]:
    """The fixed things that are faded, with their opacities. Raises `InputError` that lists what there is for a
    selector that none has, and when the capture does not know what is below anything."""
    known = parts_of(snapshot.state, "fixed")
    selectors = [part.selector for part in known]
    for selector in fades:
        if selector and selector not in selectors:
            there = ", ".join(selectors) or "none"
            raise InputError(f"--fade {selector!r}: no such fixed thing was kept of this state; there are: {there}")
    if not known:
        raise InputError(f"{snapshot.page}: nothing fixed on it has a picture of what is below; capture again")
    opacity = {part: fades.get(part.selector, fades.get("", 1.0)) for part in known}
    return {part: share for part, share in opacity.items() if share < 1}


def paint_faded(workspace: Workspace, scene: Scene, spec: LayerSpec, fades: Fades, picture: NDArray[np.uint8]) -> Faded:
    """A layer over a page whose fixed things are faded: each with its own heat at its opacity, over the page below it
    with the heat of what was done there. `picture`, shape (h, w, 3) RGB in device px, is painted on."""
    parts = faded_parts(scene.snapshot, fades)
    gone = {part.index for part in parts}
    below = scene_without_fixed(scene, gone)
    if spec.scale is None:
        spec = replace(spec, scale=common_scale([scene, below], spec))
    layers = scene.draw(spec), below.draw(spec)
    ground = cleared_picture(workspace, scene.snapshot, picture, gone)
    for one, layer, painted in ((scene, layers[0], picture), (below, layers[1], ground)):
        lay(layer, painted)
        draw_marks(layer, one.outline, painted)
    for part, share in parts.items():
        _show_through(ground, picture, part, share, scene.snapshot.viewport.dpr)
    words = tuple(f"{part.selector} at {100 * share:.0f} %" for part, share in parts.items())
    return Faded(ground, _counted(scene, layers, spec, gone), words)


def _show_through(below: NDArray[np.uint8], above: NDArray[np.uint8], part: Part, share: float, dpr: float) -> None:
    left, top = max(round(part.box[0] * dpr), 0), max(round(part.box[1] * dpr), 0)
    right, bottom = round((part.box[0] + part.box[2]) * dpr), round((part.box[1] + part.box[3]) * dpr)
    spot = below[top:bottom, left:right]
    if spot.size:
        spot[:] = cv2.addWeighted(above[top:bottom, left:right], share, spot, 1 - share, 0)


def _counted(scene: Scene, layers: tuple[Layer, Layer], spec: LayerSpec, gone: set[int]) -> Layer:
    """The layer with all events, of which those below faded things are painted and so not covered."""
    above, below = layers
    if above.kind.drawing not in ("density", "dots"):
        return above
    on_things = scene_of_fixed(scene, gone).draw(spec)
    covered = below.sample.covered + on_things.sample.covered
    return replace(above, sample=replace(above.sample, covered=covered))
