"""One layer of one snapshot as a file: PNG of any height, or WebP in as many parts as it takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from heatreel.core.blobs import write_atomic
from heatreel.core.element import Outline
from heatreel.core.errors import InputError
from heatreel.core.state import Snapshot
from heatreel.core.workspace import Capture, Workspace
from heatreel.overlays import encode
from heatreel.overlays.choose import choose_snapshot
from heatreel.overlays.difference import Side, draw_difference
from heatreel.overlays.evidence import Evidence
from heatreel.overlays.fading import Fades, paint_faded
from heatreel.overlays.layers import Layer, LayerSpec, lay, lay_rows, overlay_png
from heatreel.overlays.legend import draw_legend
from heatreel.overlays.marks import draw_marks, has_marks
from heatreel.overlays.picture import decode_png
from heatreel.overlays.scenes import Scene, common_scale, scene_of
from heatreel.overlays.sheet import Tile, draw_sheet, small
from heatreel.overlays.wording import Wording, counted, words_for

Form = Literal["png", "webp"]
FORMS: tuple[Form, ...] = ("png", "webp")


@dataclass(frozen=True, slots=True)
class Look:
    """How an exported picture looks: with a legend burned in, on a dark ground, with this date, on the page."""

    legend: bool = True
    dark: bool = False
    date: str = ""
    page: bool = True


_LOOK = Look()


def render(
    workspace: Workspace,
    capture: Capture,
    page: str = "",
    viewport: str = "",
    state: str = "",
    variant: str = "",
    *,
    evidence: Evidence,
    spec: LayerSpec | None = None,
    form: Form = "png",
    look: Look = _LOOK,
) -> list[bytes]:
    """The files of one layer: one, or several from top to bottom for a WebP taller than its format allows.

    What is left empty of page, viewport, variant and state is the first there is, the default state. Raises
    `InputError` that lists what there is for an unknown page, viewport, variant, state, kind or colour map.
    """
    if form not in FORMS:
        raise InputError(f"form {form!r}: choose {' or '.join(FORMS)}")
    snapshot = choose_snapshot(workspace.snapshots(capture), page, viewport, state, variant)
    scene = scene_of(workspace, evidence, snapshot)
    return render_layer(workspace, scene, scene.draw(spec or LayerSpec()), evidence, form, look)


def render_layer(
    workspace: Workspace,
    scene: Scene,
    layer: Layer,
    evidence: Evidence,
    form: Form = "png",
    look: Look = _LOOK,
    picture: NDArray[np.uint8] | None = None,
) -> list[bytes]:
    """The files of a layer of a scene, over the snapshot's picture or another of the same size."""
    snapshot = scene.snapshot
    words = words_for(layer, snapshot, evidence.ledger.line(), look.date, evidence.where)
    if not look.page:
        return [_alone(layer, form)]
    ground = picture_of(workspace, snapshot) if picture is None else picture
    return compose(layer, scene.outline, ground, words, form, look)


def render_faded(
    workspace: Workspace,
    scene: Scene,
    spec: LayerSpec,
    fades: Fades,
    evidence: Evidence,
    form: Form = "png",
    look: Look = _LOOK,
) -> list[bytes]:
    """The files of a layer of a scene whose fixed things have opacities, see `heatreel.overlays.fading`."""
    found = paint_faded(workspace, scene, spec, fades, picture_of(workspace, scene.snapshot))
    words = words_for(found.layer, scene.snapshot, evidence.ledger.line(), look.date, evidence.where)
    if found.words:
        words = replace(words, details=(*words.details, f"Faded, with what lies below: {', '.join(found.words)}"))
    return _finished(found.layer, found.picture, _legend(found.layer, words, found.picture.shape[1], look), words, form)


def picture_of(workspace: Workspace, snapshot: Snapshot) -> NDArray[np.uint8]:
    """The decoded picture of a snapshot, shape (h, w, 3) RGB in device px."""
    name = f"{workspace.folder}: {snapshot.page} {snapshot.viewport.name} {snapshot.state.id}"
    return decode_png(workspace.blobs.get(snapshot.picture), name)


def _alone(layer: Layer, form: Form) -> bytes:
    if layer.kind.drawing == "boxes":
        raise InputError(f"the {layer.kind.name} layer is drawn on its page and cannot be had alone")
    if form != "png":
        raise InputError("a layer alone, transparent, is written as PNG: name the file .png")
    return overlay_png(layer)


def compose(
    layer: Layer, outline: Outline, picture: NDArray[np.uint8], words: Wording, form: Form, look: Look = _LOOK
) -> list[bytes]:
    """The files of a layer laid over a picture, shape (h, w, 3) RGB in device px, which may be painted on in place."""
    legend = _legend(layer, words, picture.shape[1], look)
    if form == "png" and not has_marks(layer):
        return [composite_png(layer, picture, legend, _notes(layer, words, len(legend)))]
    lay(layer, picture)
    draw_marks(layer, outline, picture)
    return _finished(layer, picture, legend, words, form)


def _legend(layer: Layer, words: Wording, width: int, look: Look) -> NDArray[np.uint8]:
    if not look.legend:
        return np.zeros((0, width, 3), np.uint8)
    return draw_legend(words, layer.palette, width, layer.dpr, look.dark)


def _finished(
    layer: Layer, picture: NDArray[np.uint8], legend: NDArray[np.uint8], words: Wording, form: Form
) -> list[bytes]:
    """The files of a picture that is painted, below its legend."""
    width = picture.shape[1]
    if form == "webp":
        return encode.webp_of_rows(
            lambda top, bottom: _stacked(legend, picture, top, bottom), width, len(legend) + len(picture)
        )
    rows = encode.png_of_rows(
        lambda top, bottom: _stacked(legend, picture, top, bottom),
        width,
        len(legend) + len(picture),
        texts=_notes(layer, words, len(legend)),
    )
    return [rows]


def composite_png(
    layer: Layer,
    picture: NDArray[np.uint8],
    legend: NDArray[np.uint8] | None = None,
    texts: dict[str, str] | None = None,
) -> bytes:
    """A layer laid over a picture as PNG, strip by strip as it is encoded: the picture itself stays as it is."""
    edge = 0 if legend is None else len(legend)
    width = picture.shape[1]
    scratch = encode.Scratch()

    def rows(top: int, bottom: int) -> NDArray[np.uint8]:
        first = max(top - edge, 0)
        last = max(bottom - edge, first)
        painted = scratch.rows(last - first, width * 3).reshape(last - first, width, 3)
        painted[:] = picture[first:last]
        if len(painted):
            lay_rows(layer, painted, first)
        return painted if legend is None or top >= edge else np.concatenate([legend[top:bottom], painted])

    return encode.png_of_rows(rows, picture.shape[1], edge + len(picture), texts=texts)


def _stacked(legend: NDArray[np.uint8], picture: NDArray[np.uint8], top: int, bottom: int) -> NDArray[np.uint8]:
    """Rows of the legend with the picture below, without a copy of the whole."""
    edge = len(legend)
    if top >= edge:
        return picture[top - edge : bottom - edge]
    return np.concatenate([legend[top:bottom], picture[: max(bottom - edge, 0)]])


def _notes(layer: Layer, words: Wording, legend_px: int) -> dict[str, str]:
    """What a program needs to read numbers back from the picture, kept in the PNG as text."""
    scale, spec = layer.scale, layer.spec
    numbers = f"tone={scale.tone} top={scale.top:.6g} peak={scale.peak:.6g}"
    notes = {
        "Title": words.title,
        "Software": "Heatreel",
        "heatreel:place": words.place,
        "heatreel:kind": layer.kind.name,
        "heatreel:scale": f"{numbers} radius={spec.radius:g} unit={spec.unit}",
        "heatreel:sample": words.sample,
        "heatreel:ledger": words.ledger,
        "heatreel:legend_px": str(legend_px),
    }
    return {key: text for key, text in notes.items() if text}


def render_sheet(
    workspace: Workspace,
    scenes: Sequence[Scene],
    evidence: Evidence,
    spec: LayerSpec,
    form: Form = "png",
    look: Look = _LOOK,
) -> list[bytes]:
    """The files of a contact sheet of several snapshots, all on one scale."""
    if not scenes:
        raise InputError("there is nothing to put on a contact sheet")
    spec = replace(spec, scale=common_scale(scenes, spec))
    layers = [scene.draw(spec) for scene in scenes]
    tiles = [_tile(workspace, scene, layer) for scene, layer in zip(scenes, layers, strict=True)]
    fullest = max(range(len(layers)), key=lambda number: layers[number].sample.events)
    words = words_for(layers[fullest], scenes[fullest].snapshot, evidence.ledger.line(), look.date, evidence.where)
    words = replace(words, place=_sheet_place(scenes), sample=_sheet_sample(layers), details=(), notes=())
    sheet = draw_sheet(words, layers[fullest].palette, tiles, look.dark)
    return encode.webp(sheet) if form == "webp" else [encode.png(sheet, {"Title": words.title, "Software": "Heatreel"})]


def _tile(workspace: Workspace, scene: Scene, layer: Layer) -> Tile:
    picture = picture_of(workspace, scene.snapshot)
    lay(layer, picture)
    draw_marks(layer, scene.outline, picture)
    snapshot = scene.snapshot
    title = f"{snapshot.state.label} · {snapshot.viewport.name}" + (f" · {snapshot.variant}" * bool(snapshot.variant))
    return Tile(title, words_for(layer, snapshot).sample, small(picture))


def _sheet_place(scenes: Sequence[Scene]) -> str:
    viewports = dict.fromkeys(scene.snapshot.viewport.name for scene in scenes)
    return f"“{scenes[0].snapshot.capture}” · {counted(len(scenes), 'states')} at {', '.join(viewports)} · one scale"


def _sheet_sample(layers: Sequence[Layer]) -> str:
    return counted(sum(layer.sample.events for layer in layers), layers[0].kind.noun)


def render_crop(
    workspace: Workspace, scene: Scene, selector: str, spec: LayerSpec, form: Form = "png", pad: float = 48
) -> list[bytes]:
    """An element with its heat and `pad` CSS px around it, as findings and tickets need it.

    Raises `InputError` for a selector that no element of the snapshot has.
    """
    snapshot, outline = scene.snapshot, scene.outline
    element = outline.by_selector.get(selector) or next(
        (one for one in outline.elements if outline.path(one.index) == selector), None
    )
    if element is None or min(element.box[2:]) <= 0:
        known = ", ".join(outline.elements[row.index].selector for row in scene.rows[:5])
        raise InputError(f"--crop {selector!r}: no such element is shown here; clicked most: {known or 'none'}")
    x, y, width, height = element.box
    dpr = snapshot.viewport.dpr
    picture = picture_of(workspace, snapshot)
    layer = scene.draw(spec)
    top, bottom = max(round((y - pad) * dpr), 0), min(round((y + height + pad) * dpr), len(picture))
    left, right = max(round((x - pad) * dpr), 0), min(round((x + width + pad) * dpr), picture.shape[1])
    if layer.kind.drawing in ("density", "dots"):
        lay_rows(layer, picture[top:bottom], top)
    else:
        lay(layer, picture)
        draw_marks(layer, outline, picture)
    part = np.ascontiguousarray(picture[top:bottom, left:right])
    if not part.size:
        raise InputError(f"--crop {selector!r}: is off the page")
    return encode.webp(part) if form == "webp" else [encode.png(part, {"Software": "Heatreel"})]


def render_difference(
    workspace: Workspace,
    scene: Scene,
    sides: tuple[Side, Side],
    spec: LayerSpec,
    evidence: Evidence,
    form: Form = "png",
    look: Look = _LOOK,
) -> list[bytes]:
    """The files of what changed from one side to the other, over the snapshot of `scene`."""
    layer = draw_difference(scene.snapshot, scene.outline, *sides, spec)
    if not look.page:
        return [_alone(layer, form)]
    words = words_for(layer, scene.snapshot, evidence.ledger.line(), look.date)
    return compose(layer, scene.outline, picture_of(workspace, scene.snapshot), words, form, look)


def form_of(path: Path) -> Form:
    """The form that a file name asks for; raises `InputError` for an ending that is neither."""
    ending = path.suffix.lower().removeprefix(".")
    for form in FORMS:
        if ending == form:
            return form
    raise InputError(f"{path}: the name must end in {' or '.join(f'.{form}' for form in FORMS)}")


def save(files: Sequence[bytes], path: Path) -> list[Path]:
    """Writes the files of one layer: to `path`, or to `name-1.webp`, `name-2.webp`, ... when there are several."""
    paths = (
        [path] if len(files) == 1 else [path.with_stem(f"{path.stem}-{number}") for number in range(1, len(files) + 1)]
    )
    for target, data in zip(paths, files, strict=True):
        write_atomic(target, data)
    return paths
