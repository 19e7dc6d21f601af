"""Sets of layers that are to be compared: all painted with one scale."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np

from heatreel.core.element import Outline
from heatreel.core.hits import Hits
from heatreel.core.state import Snapshot
from heatreel.core.workspace import Workspace
from heatreel.overlays import tone
from heatreel.overlays.context import NO_CONTEXT, Context
from heatreel.overlays.evidence import Evidence, Row
from heatreel.overlays.heat import Heat
from heatreel.overlays.kinds import kind_named
from heatreel.overlays.layers import (
    Layer,
    LayerSpec,
    draw_layer,
    layer_heat,
    least_top,
)
from heatreel.overlays.parts import inside_scroller, within, without
from heatreel.overlays.tone import Scale


@dataclass(frozen=True, eq=False)
class Scene:
    """All that one layer is made of, for sets of layers."""

    snapshot: Snapshot
    outline: Outline
    hits: Hits
    rows: tuple[Row, ...] = ()
    visits: int | None = None
    context: Context = NO_CONTEXT

    def draw(self, spec: LayerSpec) -> Layer:
        return draw_layer(self.snapshot, self.outline, self.hits, spec, self.rows, self.visits, self.context)

    def heat(self, spec: LayerSpec) -> Heat:
        """The heat of a density layer."""
        return layer_heat(self.snapshot, self.outline, self.hits, spec, self.visits)


def common_scale(scenes: Sequence[Scene], spec: LayerSpec) -> Scale | None:
    """One scale for the density layers of a set, so that one colour means one number; None for other kinds.

    In "per_1000_visits" it is the same for a page that many saw and one that few saw.
    """
    drawing = kind_named(spec.kind).drawing
    if drawing == "density" and spec.top is None:
        return tone.fit(
            [grid for scene in scenes for grid in scene.heat(spec).all],
            spec.tone,
            least=min((least_top(spec, scene.hits, scene.visits) for scene in scenes), default=tone.LEAST_TOP),
        )
    if drawing == "attention":
        return Scale("linear", max((scene.draw(spec).scale.top for scene in scenes), default=1.0))
    return None


def scene_without_fixed(scene: Scene, gone: Collection[int]) -> Scene:
    """The scene of a page without the fixed things whose elements are `gone`, see `heatreel.overlays.parts`."""
    outline, hits = without(scene.outline, scene.hits, gone)
    was, now = scene.outline.elements, outline.elements
    rows = tuple(row for row in scene.rows if now[row.index].visible or not was[row.index].visible)
    return replace(scene, outline=outline, hits=hits, rows=rows, context=_context_for(scene, hits))


def scene_of_fixed(scene: Scene, roots: Collection[int]) -> Scene:
    """The scene with only what was done on some fixed things."""
    hits = within(scene.outline, scene.hits, roots)
    return replace(scene, hits=hits, context=_context_for(scene, hits))


def scene_in_scroller(scene: Scene, selector: str) -> Scene:
    """The scene of an inner scroller with all of its content, as a page of its own."""
    snapshot, outline, hits = inside_scroller(scene.snapshot, scene.outline, scene.hits, selector)
    rows = tuple(row for row in scene.rows if outline.elements[row.index].visible)
    return replace(scene, snapshot=snapshot, outline=outline, hits=hits, rows=rows, context=_context_for(scene, hits))


def _context_for(scene: Scene, hits: Hits) -> Context:
    """The context for some of the hits of a scene."""
    split = scene.context.split
    if split is None or len(hits) == len(scene.hits):
        return scene.context
    kept = np.isin(scene.hits.event, hits.event)
    return replace(scene.context, split=replace(split, code=split.code[kept]))


def scene_of(workspace: Workspace, evidence: Evidence, snapshot: Snapshot) -> Scene:
    """The scene of a snapshot with the hits that the evidence has on it."""
    outline, hits = workspace.outline(snapshot), evidence.hits(snapshot)
    rows = tuple(evidence.rank(snapshot, outline, hits))
    return Scene(snapshot, outline, hits, rows, evidence.visits(snapshot), evidence.context(snapshot, hits))
