"""One state with its layers and the numbers of its elements, and the images of layers: documents of the viewer."""

from __future__ import annotations

from typing import Any

from heatreel.app.viewer.answers import JSON, PNG, Answer, Refused, json_bytes, of_data, tagged
from heatreel.app.viewer.numbers import elements_of
from heatreel.app.viewer.pages import count_of, state_json
from heatreel.app.viewer.painting import Painting, image_of, kinds_of, painting_of, rank, record_of
from heatreel.app.viewer.parameters import Parameters
from heatreel.app.viewer.places import Chosen, chosen_of
from heatreel.app.viewer.store import Store
from heatreel.core.element import Outline
from heatreel.core.version import DOCUMENT_VERSION
from heatreel.overlays.kinds import KINDS
from heatreel.overlays.naming import name_of

_MOST_FOUND = 200


def state(store: Store, asked: Parameters) -> Answer:
    """`/state`."""
    chosen = chosen_of(store, asked)
    kinds, painting = kinds_of(asked), painting_of(asked)
    search = asked.text("search")
    asked.done()
    key = ("state", chosen.data.token, chosen.snapshot.id, chosen.part.segment, kinds, painting.words, search)
    return store.made.get(key, lambda: _state(store, chosen, kinds, painting, search))  # type: ignore[no-any-return]


def _state(store: Store, chosen: Chosen, kinds: tuple[str, ...], painting: Painting, search: str) -> Answer:
    data, part, snapshot = chosen.data, chosen.part, chosen.snapshot
    rows = rank(chosen)
    elements = elements_of(chosen, rows)
    if search:
        known = {record["i"] for record in elements}
        elements += _found(chosen.outline, search, known)
        elements = [one for one in elements if _named(one, search)]
    place = data.places[snapshot.page, snapshot.viewport.name, snapshot.variant]
    document = {
        "version": DOCUMENT_VERSION,
        "data": data.token,
        "where": part.where,
        **state_json(store, part, snapshot, sum(count_of(part, "events", one) for one in place)),
        "visits": chosen.visits,
        "layers": {kind: record_of(store, chosen, painting, kind, rows) for kind in kinds},
        "elements": elements,
    }
    return tagged(json_bytes(document))


def _named(record: dict[str, Any], search: str) -> bool:
    text = search.casefold()
    return text in record["name"].casefold() or text in record["selector"].casefold()


def _found(outline: Outline, search: str, known: set[int]) -> list[dict[str, Any]]:
    """Other elements with a text in their name or selector, as far as they show."""
    found = []
    for element in outline.elements:
        if element.index in known or not element.visible or min(element.box[2:]) <= 0:
            continue
        record = {
            "i": element.index, "name": name_of(element, outline), "role": element.role, "selector": element.selector,
            "box": [round(side, 1) for side in element.box], "acts": element.interactive,
        }  # fmt: skip
        if _named(record, search):
            found.append(record)
            if len(found) == _MOST_FOUND:
                break
    return found


def layer(store: Store, asked: Parameters) -> Answer:
    """`/layer`."""
    chosen = chosen_of(store, asked)
    kinds, painting = kinds_of(asked), painting_of(asked)
    form = asked.one_of("form", ("png", "full", "json"), "png")
    asked.done()
    if len(kinds) > 1:
        raise Refused(400, "an image has one kind", "kind")
    if form == "json":
        rows = rank(chosen)
        record = record_of(store, chosen, painting, kinds[0], rows)
        return tagged(json_bytes({"version": DOCUMENT_VERSION, "data": chosen.data.token, **record}), JSON)
    if KINDS[kinds[0]].drawing == "boxes":
        raise Refused(400, f"{kinds[0]} is drawn from the elements; it has no image", "kind")
    image = image_of(store, chosen, painting, kinds[0], form == "full")
    return of_data(image, PNG, chosen.data.token, asked.text("v"))
