"""One layer of one snapshot as a file: PNG of any height, or WebP in as many parts as it takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from heatreel.core.blobs import write_atomic
from heatreel.core.element import Outline
from heatreel.core.errors import InputError
from heatreel.core.workspace import Capture, Workspace
from heatreel.overlays import encode
from heatreel.overlays.choose import choose_snapshot
from heatreel.overlays.evidence import Evidence
from heatreel.overlays.layers import Layer, LayerSpec, draw_layer, lay, overlay_png
from heatreel.overlays.legend import draw_legend
from heatreel.overlays.marks import draw_marks
from heatreel.overlays.picture import decode_png
from heatreel.overlays.wording import Wording, words_for

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
    outline, hits = workspace.outline(snapshot), evidence.hits(snapshot)
    rows = evidence.rank(snapshot, outline, hits)
    layer = draw_layer(snapshot, outline, hits, spec or LayerSpec(), rows, evidence.visits(snapshot))
    words = words_for(layer, snapshot, evidence.ledger.line(), look.date, evidence.where)
    if not look.page and form == "png":
        return [overlay_png(layer)]
    name = f"{workspace.folder}: {snapshot.page} {snapshot.viewport.name} {snapshot.state.id}"
    picture = decode_png(workspace.blobs.get(snapshot.picture), name)
    return compose(layer, outline, picture, words, form, look)


def compose(
    layer: Layer, outline: Outline, picture: NDArray[np.uint8], words: Wording, form: Form, look: Look = _LOOK
) -> list[bytes]:
    """The files of a layer laid over a picture, shape (h, w, 3) RGB in device px, which is painted on in place."""
    lay(layer, picture)
    draw_marks(layer, outline, picture)
    width = picture.shape[1]
    legend = (
        draw_legend(words, layer.palette, width, layer.dpr, look.dark)
        if look.legend
        else np.zeros((0, width, 3), np.uint8)
    )
    if form == "webp":
        return encode.webp(np.concatenate([legend, picture]) if len(legend) else picture)
    return [
        encode.png_of_rows(
            lambda top, bottom: _stacked(legend, picture, top, bottom),
            width,
            len(legend) + len(picture),
            texts=_notes(layer, words, len(legend)),
        )
    ]


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
