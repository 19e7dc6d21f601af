"""Sets of layers that are to be compared: all painted with one scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

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
    visits_of,
)
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
            least=min(
                (least_top(spec, visits_of(scene.hits, scene.visits)) for scene in scenes), default=tone.LEAST_TOP
            ),
        )
    if drawing == "attention":
        return Scale("linear", max((scene.draw(spec).scale.top for scene in scenes), default=1.0))
    return None


def scene_of(workspace: Workspace, evidence: Evidence, snapshot: Snapshot) -> Scene:
    """The scene of a snapshot with the hits that the evidence has on it."""
    outline, hits = workspace.outline(snapshot), evidence.hits(snapshot)
    rows = tuple(evidence.rank(snapshot, outline, hits))
    return Scene(snapshot, outline, hits, rows, evidence.visits(snapshot), evidence.context(snapshot, hits))
