"""Pictures of snapshots for the viewer: whole or in strips, thumbnails with heat, crops of elements."""

from __future__ import annotations

import struct
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from heatreel.app.viewer.answers import PNG, WEBP, Answer, Refused, kept, of_data
from heatreel.app.viewer.painting import PLAIN, kinds_of, painting_of, rank, scene_at
from heatreel.app.viewer.parameters import Parameters
from heatreel.app.viewer.places import Chosen, address, chosen_at, chosen_of, where_of
from heatreel.app.viewer.store import Store
from heatreel.core.errors import InputError
from heatreel.core.state import Snapshot
from heatreel.overlays import encode
from heatreel.overlays.picture import decode_png
from heatreel.overlays.render import render_crop
from heatreel.overlays.report_pictures import CARD, QUALITY, SMALL_PNG, STRIP, THUMB, thumb_webp, webp, window_of

Part = tuple[float, float, str]


def parts_of(store: Store, snapshot: Snapshot) -> list[Part]:
    """The images of a page from top to bottom: the capture's own when it is small, else strips."""
    size, height = _size_of(store.blobs.path(snapshot.picture))
    name = f"api/v1/picture/{snapshot.id}/{snapshot.picture[:12]}"
    if size <= SMALL_PNG and height <= 2 * STRIP:
        return [(0, snapshot.height, f"{name}.png")]
    scale = snapshot.height / max(height, 1)
    return [
        (round(top * scale, 3), round((bottom - top) * scale, 3), f"{name}-{number}.webp")
        for number, (top, bottom) in enumerate(encode.strips(height, STRIP))
    ]


@lru_cache(maxsize=20_000)
def _size_of(path: Path) -> tuple[int, int]:
    """Bytes and height in px of a PNG; zeros when it is not there, which asking for it will tell."""
    try:
        with path.open("rb") as file:
            head = file.read(24)
        return path.stat().st_size, struct.unpack(">I", head[20:24])[0]
    except (OSError, struct.error):
        return 0, 0


def picture(store: Store, number: str, name: str) -> Answer:
    """`/picture/SNAPSHOT/NAME`."""
    _data, snapshot = store.snapshot_by_id(whole_id(number))
    base, _, ending = name.rpartition(".")
    known = {src.rsplit("/", 1)[1] for _top, _height, src in parts_of(store, snapshot)}
    if name not in known:
        raise Refused(404, f"snapshot {snapshot.id} has no such picture; ask for its page again")
    if ending == "png":
        return kept(store.blobs.get(snapshot.picture), PNG)
    place = int(base.rpartition("-")[2])
    return kept(store.images.get(("strip", snapshot.picture, place), lambda: _strip(store, snapshot, place)), WEBP)


def _strip(store: Store, snapshot: Snapshot, place: int) -> bytes:
    pixels = pixels_of(store, snapshot)
    strips = encode.strips(len(pixels), STRIP)
    made = {}
    # All at once: the picture is decoded for the first of them, and the others are asked for next.
    for number, (top, bottom) in enumerate(strips):
        made[number] = webp(pixels[top:bottom], QUALITY)
    for number, data in made.items():
        if number != place:
            store.images.put(("strip", snapshot.picture, number), data)
    return made[place]


def pixels_of(store: Store, snapshot: Snapshot) -> NDArray[np.uint8]:
    name = f"{store.folder}: {snapshot.page} {snapshot.viewport.name} {snapshot.state.id}"
    return decode_png(store.blobs.get(snapshot.picture), name)


def whole_id(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        raise Refused(404, f"{text[:40]!r} is not the number of a snapshot")
    return int(text)


def thumb_address(where: list[tuple[str, str]], snapshot: Snapshot, token: str, size: str = "") -> str:
    return address(f"thumb/{snapshot.id}", [*where, *([("size", size)] if size else [])], token)


def thumb(store: Store, number: str, asked: Parameters) -> Answer:
    """`/thumb/SNAPSHOT`."""
    data, snapshot = store.snapshot_by_id(whole_id(number))
    size = CARD if asked.one_of("size", ("thumb", "card"), "thumb") == "card" else THUMB
    part = store.slice(data, where_of(asked))
    asked.done()

    def make() -> bytes:
        return _thumb(store, chosen_at(store, part, snapshot), size)

    key = ("thumb", data.token, snapshot.id, part.segment, size)
    return of_data(store.images.get(key, make), WEBP, data.token, asked.text("v"))


def _thumb(store: Store, chosen: Chosen, size: tuple[int, int]) -> bytes:
    pixels = pixels_of(store, chosen.snapshot)
    layer = scene_at(chosen).draw(PLAIN)
    return thumb_webp(pixels, layer, window_of(chosen.snapshot, chosen.outline, len(pixels)), size)


def crop(store: Store, asked: Parameters) -> Answer:
    """`/crop`."""
    chosen = chosen_of(store, asked)
    kinds, painting = kinds_of(asked), painting_of(asked)
    index, selector = asked.whole("element", -1, -1, 10**7), asked.text("selector")
    around = asked.whole("around", 96, 0, 1000)
    asked.done()
    if len(kinds) > 1:
        raise Refused(400, "an image has one kind", "kind")
    kind = kinds[0]
    if index >= len(chosen.outline.elements):
        raise Refused(404, f"there is no element {index} in this state", "element")
    selector = chosen.outline.elements[index].selector if index >= 0 else selector
    if not selector:
        raise Refused(400, "say which element: its selector or its index", "selector")

    def make() -> bytes:
        scene = scene_at(chosen, kind, painting.by, rank(chosen))
        return render_crop(_PictureOnly(store), scene, selector, painting.of(kind), pad=around)[0]  # type: ignore[arg-type]

    key = ("crop", chosen.data.token, chosen.snapshot.id, chosen.part.segment, kind, painting.words, selector, around)
    try:
        return of_data(store.images.get(key, make), PNG, chosen.data.token, asked.text("v"))
    except InputError as exc:
        raise Refused(404, str(exc).replace("--crop ", ""), "selector") from exc


class _PictureOnly:
    """What a crop needs of a workspace, without its database: that belongs to one thread."""

    def __init__(self, store: Store) -> None:
        self.folder, self.blobs = store.folder, store.blobs
