"""`heatreel render`: which of the ways to paint was asked for, and its files."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from heatreel.app.painting import Choice, Chosen, find, set_of, sides_of
from heatreel.app.talk import say
from heatreel.core.errors import InputError
from heatreel.core.workspace import Workspace
from heatreel.overlays import render as rendering
from heatreel.overlays.film import Picture, Reel, film_form_of, fps_of, write_film
from heatreel.overlays.heat_film import heat_film
from heatreel.overlays.layers import LayerSpec
from heatreel.overlays.parts import cleared_picture, fixed_indices
from heatreel.overlays.render import Form, Look
from heatreel.overlays.scenes import Scene, common_scale, scene_in_scroller, scene_of, scene_without_fixed
from heatreel.overlays.wording import empty_words

Files = tuple[str, list[bytes]]
"""A name to tell the picture from others of its set (empty for a single one), and its files."""


@dataclass(frozen=True)
class Wanted:
    """What was asked for: `against`, `each`, `sheet` and `crop` choose between the ways to paint."""

    choice: Choice
    spec: LayerSpec
    look: Look
    form: Form
    by: str = "signal"
    against: tuple[str, ...] = ()
    each: str = ""
    sheet: bool = False
    crop: str = ""
    fixed: bool = True
    fade: Mapping[str, float] = field(default_factory=dict)
    scroller: str = ""


def paint(workspace: Workspace, wanted: Wanted) -> Iterator[Files]:
    """The pictures, one after the other. Raises `InputError` for what does not go together."""
    ways = {"--against": bool(wanted.against), "--each": bool(wanted.each or wanted.sheet), "--crop": bool(wanted.crop)}
    ways |= {"--no-fixed": not wanted.fixed, "--fade": bool(wanted.fade), "--scroller": bool(wanted.scroller)}
    chosen = [way for way, asked in ways.items() if asked]
    if len(chosen) > 1:
        raise InputError(f"{' and '.join(chosen)} do not go together; choose one")
    if not wanted.look.page and (wanted.sheet or wanted.crop or wanted.fade):
        raise InputError("--alone paints no page: nothing to crop, to fade or to put on a sheet; leave it out")
    if wanted.against:
        yield "", _difference(workspace, wanted)
    elif wanted.sheet:
        yield "", _sheet(workspace, wanted)
    elif wanted.each:
        yield from _set(workspace, wanted)
    elif wanted.crop:
        yield "", _crop(workspace, wanted)
    else:
        yield "", _one(workspace, wanted)


def _one(workspace: Workspace, wanted: Wanted) -> list[bytes]:
    found = find(workspace, wanted.choice, wanted.by)
    scene = scene_of(workspace, found.evidence, found.snapshot)
    if wanted.scroller:
        scene = scene_in_scroller(scene, wanted.scroller)
    if wanted.fade:
        return _faded(workspace, found, scene, wanted)
    if wanted.fixed:
        return _painted(workspace, found, scene, wanted, wanted.spec)
    gone = fixed_indices(found.snapshot)
    picture = cleared_picture(workspace, found.snapshot, rendering.picture_of(workspace, found.snapshot), gone)
    return _painted(workspace, found, scene_without_fixed(scene, gone), wanted, wanted.spec, picture)


def _faded(workspace: Workspace, found: Chosen, scene: Scene, wanted: Wanted) -> list[bytes]:
    look = replace(wanted.look, date=found.date)
    return rendering.render_faded(workspace, scene, wanted.spec, wanted.fade, found.evidence, wanted.form, look)


def _painted(
    workspace: Workspace,
    found: Chosen,
    scene: Scene,
    wanted: Wanted,
    spec: LayerSpec,
    picture: Picture | None = None,
) -> list[bytes]:
    look = replace(wanted.look, date=found.date)
    layer = scene.draw(spec)
    if layer.empty:
        say(f"{scene.snapshot.page}: {empty_words(layer)}")
    return rendering.render_layer(workspace, scene, layer, found.evidence, wanted.form, look, picture)


def _difference(workspace: Workspace, wanted: Wanted) -> list[bytes]:
    base = wanted.choice.against(wanted.against)
    found, scene, sides = sides_of(workspace, base, wanted.choice)
    look = replace(wanted.look, date=found.date)
    return rendering.render_difference(workspace, scene, sides, wanted.spec, found.evidence, wanted.form, look)


def _sheet(workspace: Workspace, wanted: Wanted) -> list[bytes]:
    each = wanted.each or "state"
    found = set_of(workspace, wanted.choice, each, wanted.by)
    look = replace(wanted.look, date=found[0][1].date)
    scenes = [scene for _, _, scene in found]
    spec = _comparable(wanted.spec, each)
    return rendering.render_sheet(workspace, scenes, found[0][1].evidence, spec, wanted.form, look)


def _set(workspace: Workspace, wanted: Wanted) -> Iterator[Files]:
    found = set_of(workspace, wanted.choice, wanted.each, wanted.by)
    spec = _comparable(wanted.spec, wanted.each)
    spec = replace(spec, scale=common_scale([scene for _, _, scene in found], spec))
    for name, chosen, scene in found:
        yield _file_name(name), _painted(workspace, chosen, scene, wanted, spec)


def _comparable(spec: LayerSpec, each: str) -> LayerSpec:
    """States share their visits; viewports, variants and captures do not, so only rates can be compared."""
    return spec if each == "state" else replace(spec, unit="per_1000_visits")


def _file_name(name: str) -> str:
    return re.sub(r"[^\w.-]+", "-", name).strip("-") or "none"


def _crop(workspace: Workspace, wanted: Wanted) -> list[bytes]:
    found = find(workspace, wanted.choice, wanted.by)
    scene = scene_of(workspace, found.evidence, found.snapshot)
    return rendering.render_crop(workspace, scene, wanted.crop, wanted.spec, wanted.form)


def film(
    workspace: Workspace, choice: Choice, spec: LayerSpec, by: str, over: str, seconds: float, out: Path, dark: bool
) -> Reel:
    """Writes the film of a layer building up; returns what was written."""
    found = find(workspace, choice, by)
    scene = scene_of(workspace, found.evidence, found.snapshot)
    picture = rendering.picture_of(workspace, found.snapshot)
    reel = heat_film(scene, picture, spec, over, seconds, fps_of(film_form_of(out)), dark)
    write_film(reel, out)
    return reel
