"""Two captures, viewports, variants, states or segments beside each other: one scale, and what changed for sure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from heatreel.app.viewer.answers import PNG, Answer, Refused, json_bytes, of_data, tagged
from heatreel.app.viewer.pages import state_json, viewport_json
from heatreel.app.viewer.painting import Painting, encoded, is_image, kinds_of, layer_json, painting_of, rank, scene_at
from heatreel.app.viewer.parameters import Parameters
from heatreel.app.viewer.places import Chosen, address, chosen_at, chosen_of
from heatreel.app.viewer.store import Store
from heatreel.core.element import Outline
from heatreel.core.hits import Hits
from heatreel.core.rates import Rate, difference, discoveries, rate
from heatreel.core.version import DOCUMENT_VERSION
from heatreel.overlays.difference import ElementChange, Side, draw_difference, element_changes
from heatreel.overlays.kinds import KINDS
from heatreel.overlays.layers import Layer, LayerSpec
from heatreel.overlays.naming import name_of
from heatreel.overlays.scenes import Scene, common_scale
from heatreel.replay.projection import project
from heatreel.replay.ranking import rank_elements

NAMES = ("capture", "page", "viewport", "variant", "state")
SIDES = ("before", "after", "difference")
_MOST_ELEMENTS = 300


@dataclass(frozen=True, eq=False)
class Pair:
    """Both sides with their layers on one scale; `difference` is None for kinds without heat or sides without
    visits."""

    before: Chosen
    after: Chosen
    sides: tuple[Side, Side]
    layers: tuple[Layer, Layer]
    difference: Layer | None
    elements: tuple[ElementChange, ...]


def compare(store: Store, asked: Parameters) -> Answer:
    """`/compare`."""
    before, after, kind, painting, words = _asked(store, asked)
    asked.done()
    pair = _pair(store, before, after, kind, painting)
    token = f"{before.data.token}.{after.data.token}"

    def record(side: str, layer: Layer, chosen: Chosen) -> dict[str, Any]:
        src = address("compare/layer", [*words, ("side", side)], token) if is_image(layer) else ""
        return layer_json(layer, chosen.snapshot, src)

    document = {
        "version": DOCUMENT_VERSION,
        "data": token,
        "kind": kind,
        "names": [side.name for side in pair.sides],
        "sides": [
            _side(store, chosen, side, record(name, layer, chosen))
            for chosen, side, layer, name in zip((before, after), pair.sides, pair.layers, SIDES, strict=False)
        ],
        "difference": record("difference", pair.difference, after) if pair.difference else None,
        "elements": [_element(after.outline, one) for one in pair.elements[:_MOST_ELEMENTS]],
        "totals": _totals(pair),
    }
    return tagged(json_bytes(document))


def layer(store: Store, asked: Parameters) -> Answer:
    """`/compare/layer`."""
    before, after, kind, painting, _words = _asked(store, asked)
    side = asked.one_of("side", SIDES, "difference")
    asked.done()
    pair = _pair(store, before, after, kind, painting)
    drawn = (*pair.layers, pair.difference)[SIDES.index(side)]
    if drawn is None or not is_image(drawn):
        raise Refused(404, f"{side}: there is nothing to paint", "side")
    return of_data(encoded(drawn), PNG, f"{before.data.token}.{after.data.token}", asked.text("v"))


def _asked(store: Store, asked: Parameters) -> tuple[Chosen, Chosen, str, Painting, list[tuple[str, str]]]:
    after, painting, kinds = chosen_of(store, asked), painting_of(asked), kinds_of(asked)
    if len(kinds) > 1:
        raise Refused(400, "one kind is compared at a time", "kind")
    against = asked.all("against")
    if not against:
        raise Refused(400, "say what to compare with: KEY=VALUE, such as viewport=mobile or touch=true", "against")
    before = _other(store, after, against)
    if before.snapshot.id == after.snapshot.id and before.part.segment == after.part.segment:
        raise Refused(400, "both sides are the same", "against")
    words = [*after.words, ("kind", kinds[0]), *painting.words, *(("against", text) for text in against)]
    return before, after, kinds[0], painting, words


def _other(store: Store, after: Chosen, against: tuple[str, ...]) -> Chosen:
    """The side that `against` names: the same place but for what it says."""
    one = after.snapshot
    named = {"capture": after.data.capture.label, "page": one.page, "viewport": one.viewport.name}
    named |= {"variant": one.variant, "state": one.state.id}
    where: list[str] = []
    for text in against:
        key, sign, value = text.partition("=")
        key = "capture" if key.strip() == "label" else key.strip()
        if sign and key in NAMES and not key.endswith("!"):
            named[key] = value.strip()
        elif text != "everybody":
            where.append(text)
    data = store.data(named.pop("capture"))
    conditions = where or (() if "everybody" in against else after.part.texts)
    part = store.slice(data, tuple(conditions))
    snapshot = store.snapshot(data, named["page"], named["viewport"], named["state"], named["variant"])
    return chosen_at(store, part, snapshot)


def _pair(store: Store, before: Chosen, after: Chosen, kind: str, painting: Painting) -> Pair:
    key = (
        "pair", before.data.token, before.snapshot.id, before.part.segment,
        after.data.token, after.snapshot.id, after.part.segment, kind, painting.words,
    )  # fmt: skip
    found: Pair = store.tables.get(key, lambda: _made(before, after, kind, painting))
    return found


def _made(before: Chosen, after: Chosen, kind: str, painting: Painting) -> Pair:
    # Two groups of different sizes can be compared by rates only.
    spec = replace(painting.of(kind), unit="per_1000_visits")
    scenes = [
        scene_at(one, kind, painting.by, rank(one) if KINDS[kind].drawing == "boxes" else ()) for one in (before, after)
    ]
    layers = _on_one_scale(scenes, spec)
    sides = _sides(before, after)
    drawn = None
    if KINDS[kind].drawing == "density" and all(side.visits for side in sides):
        drawn = draw_difference(after.snapshot, after.outline, *sides, painting.of(kind))
    elements = element_changes(*sides) if all(side.visits for side in sides) else ()
    return Pair(before, after, sides, layers, drawn, elements)


def _on_one_scale(scenes: list[Scene], spec: LayerSpec) -> tuple[Layer, Layer]:
    scale = common_scale(scenes, spec)
    first, second = (scene.draw(replace(spec, scale=scale) if scale else spec) for scene in scenes)
    return first, second


def _sides(before: Chosen, after: Chosen) -> tuple[Side, Side]:
    """Both sides' hits on the picture of `after`."""
    hits, lost = before.hits, 0
    if before.snapshot.id != after.snapshot.id:
        hits, lost = _projected(hits, before, after)
    names = _names(before, after)
    return (
        Side(names[0], hits, tuple(rank_elements(hits, after.outline, before.visits)), before.visits, lost),
        Side(names[1], after.hits, rank(after), after.visits),
    )


def _projected(hits: Hits, before: Chosen, after: Chosen) -> tuple[Hits, int]:
    """Between captures elements are matched, since a build may rename them; within one a selector says the same."""
    twins = None
    if before.data.capture.id != after.data.capture.id:
        # It takes scipy's solver, which is slow to load.
        from heatreel.replay.matching import match_pages

        twins = np.full(len(before.outline.elements), -1, np.int64)
        for match in match_pages(before.outline, after.outline):
            if match.verdict == "matched":
                twins[match.before] = match.after
    found = project(hits, before.outline, after.outline, twins=twins)
    return found.hits, found.missing + found.hidden


def _names(before: Chosen, after: Chosen) -> tuple[str, str]:
    """What tells the sides apart, in words."""
    pairs = list(zip(_told(before), _told(after), strict=True))
    different = [pair for pair in pairs if pair[0] != pair[1]]
    return ", ".join(pair[0] for pair in different), ", ".join(pair[1] for pair in different)


def _told(one: Chosen) -> list[str]:
    snapshot = one.snapshot
    return [
        one.data.capture.label, snapshot.page, snapshot.viewport.name, snapshot.state.label,
        snapshot.variant or "no variant", one.part.where or "everybody",
    ]  # fmt: skip


def _side(store: Store, chosen: Chosen, side: Side, layer: dict[str, Any]) -> dict[str, Any]:
    state = state_json(store, chosen.part, chosen.snapshot, 0)
    kept = ("id", "label", "kind", "snapshot", "width", "height", "picture", "thumb")
    return {
        "name": side.name,
        "capture": chosen.data.capture.label,
        "page": chosen.snapshot.page,
        "viewport": viewport_json(chosen.snapshot),
        "variant": chosen.snapshot.variant,
        "where": chosen.part.where,
        "state": {key: state[key] for key in kept},
        "visits": side.visits,
        "clicks": state["clicks"],
        "lost": side.lost,
        "layer": layer,
    }


def _rate(one: Rate) -> dict[str, Any]:
    return {
        "count": one.count, "total": one.total, "share": round(one.share, 5), "low": round(one.low, 5),
        "high": round(one.high, 5),
    }  # fmt: skip


def _change(name: str, before: Rate, after: Rate, significant: bool | None = None) -> dict[str, Any]:
    found = difference(before, after)
    return {
        "name": name,
        "before": _rate(before),
        "after": _rate(after),
        "change": {
            "value": round(found.value, 5), "low": round(found.low, 5), "high": round(found.high, 5), "p": found.p,
        },
        "significant": found.p < 0.05 if significant is None else significant,
    }  # fmt: skip


def _element(outline: Outline, one: ElementChange) -> dict[str, Any]:
    element = outline.elements[one.index]
    return _change(name_of(element, outline), one.before, one.after, one.significant) | {
        "i": one.index,
        "selector": element.selector,
        "box": [round(side, 1) for side in element.box],
    }


def _totals(pair: Pair) -> list[dict[str, Any]]:
    """What holds of the whole state: the share of visits with a click, and of those with trouble."""
    if not all(side.visits for side in pair.sides):
        return []
    totals = [
        (words, _visits_with(pair.before, kind), _visits_with(pair.after, kind))
        for words, kind in (
            ("visits that clicked here", "click"),
            ("visits with a dead click", "dead"),
            ("visits with a rage click", "rage"),
            ("visits with an error click", "error"),
        )
    ]
    real = discoveries([difference(before, after).p for _words, before, after in totals])
    return [_change(words, before, after, surely) for (words, before, after), surely in zip(totals, real, strict=True)]


def _visits_with(chosen: Chosen, kind: str) -> Rate:
    hits = chosen.hits
    hits = hits.where(KINDS[kind].mask(hits))
    _visits, first = np.unique(hits.visit, return_index=True)
    count = round(float(hits.weight[first].sum(dtype=np.float64)))
    return rate(min(count, chosen.visits), chosen.visits)
