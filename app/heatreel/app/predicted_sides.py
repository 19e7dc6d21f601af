"""The heat of BASE beside where it is predicted on HEAD, for each state of a verification."""

from __future__ import annotations

from heatreel.core.hits import Hits
from heatreel.overlays.layers import LayerSpec, small_overlay_png
from heatreel.overlays.scenes import Scene, common_scale
from heatreel.overlays.verify_report import SidesHeat
from heatreel.replay.verify import Verification, predict
from heatreel.replay.verify.heat import clicks_of
from heatreel.replay.verify.states import StatePair


def predicted_heats(found: Verification) -> dict[int, SidesHeat]:
    """Clicks of each state of BASE as a layer, and carried to HEAD as another, by the id of BASE's snapshot.

    Both have one scale, so that one colour means one number. States without a click are left out.
    """
    return {
        pair.before.snapshot.id: _heat(pair)
        for view in found.views
        for pair in view.states
        if len(clicks_of(pair.before))
    }


def _heat(pair: StatePair) -> SidesHeat:
    clicks = clicks_of(pair.before)
    carried = Hits.empty() if pair.lost else predict(clicks, pair.elements)
    scenes = [
        Scene(pair.before.snapshot, pair.before.outline, clicks),
        Scene(pair.after.snapshot, pair.after.outline, carried),
    ]
    spec = LayerSpec()
    spec = LayerSpec(scale=common_scale(scenes, spec))
    before, after = (small_overlay_png(scene.draw(spec)) for scene in scenes)
    return SidesHeat(before, after, len(clicks), len(carried))
