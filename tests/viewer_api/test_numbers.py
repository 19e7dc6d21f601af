"""The viewer's numbers are those of the command line: every segment, on every snapshot."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlencode

import numpy as np
import pytest

from heatreel.app.evidence import evidence_of
from heatreel.app.playing import list_sessions
from heatreel.app.viewer.api import Api
from heatreel.app.viewer.places import chosen_at
from heatreel.core.hits import TYPES
from heatreel.core.workspace import Workspace
from heatreel.overlays.layers import LayerSpec, small_overlay_png
from heatreel.overlays.report_data import element_records
from heatreel.overlays.scenes import scene_of
from viewer_making import ask

SEGMENTS: list[tuple[str, ...]] = [
    (),
    ("touch=true",),
    ("language=de", "variant!=a"),
    ("property.plan=team",),
    ("country~[DF]*",),
    ("width>500",),
    ("time>1970-01-02",),
    ("time<1970-01-04T00:30", "time>1970-01-01"),
    ("signal=dead",),
    ("signal!=rage", "type=click"),
    ("type!=scroll", "language=en"),
    ("page=/", "viewport=desktop"),
    ("state=tab-b",),
    ("state!=default", "touch=false"),
    ("visited=/help",),
    ("session=s007",),
    ("source=nobody",),
]


@pytest.mark.parametrize("where", SEGMENTS, ids=lambda where: " ".join(where) or "all")
def test_counts_are_those_of_the_report(site: Path, api: Api, where: tuple[str, ...]) -> None:
    conditions = [("where", text) for text in where]
    with Workspace.open(site) as workspace:
        capture = workspace.capture()
        evidence = evidence_of(workspace, capture, where)
        document = {
            (place["viewport"]["name"], state["id"]): (place, state)
            for place in ask(api, "page", ("page", "/"), *conditions)["places"]
            for state in place["states"]
        }
        for snapshot in workspace.snapshots(capture):
            if snapshot.page != "/":
                continue
            place, state = document[snapshot.viewport.name, snapshot.state.id]
            hits, outline = evidence.hits(snapshot), workspace.outline(snapshot)
            assert state["events"] == len(hits)
            assert state["clicks"] == int(np.isin(hits.type, [TYPES.index("click"), TYPES.index("tap")]).sum())
            assert place["visits"] == evidence.visits(snapshot)
            found = ask(
                api, "state", ("page", "/"), ("viewport", snapshot.viewport.name), ("state", snapshot.state.id),
                *conditions,
            )  # fmt: skip
            expected = element_records(outline, evidence.rank(snapshot, outline, hits))
            for mine, theirs in zip(found["elements"], expected, strict=True):
                assert {key: mine[key] for key in theirs} == theirs
    listed = ask(api, "sessions", ("limit", "1000"), *conditions)
    with Workspace.open(site) as workspace:
        theirs_listed = list_sessions(workspace, workspace.capture(), where)
    assert [one["session"] for one in listed["sessions"]] == [one.session for one in theirs_listed] or {
        one["session"]: one["events"] for one in listed["sessions"]
    } == {one.session: one.events for one in theirs_listed}


@pytest.mark.parametrize("kind", ["click", "dead", "scroll", "attention", "confetti"])
def test_layers_are_those_of_render(site: Path, api: Api, kind: str) -> None:
    where = ("language=de",)
    with Workspace.open(site) as workspace:
        capture = workspace.capture()
        snapshot = workspace.snapshots(capture)[0]
        layer = scene_of(workspace, evidence_of(workspace, capture, where), snapshot).draw(LayerSpec(kind))
    pairs = [("page", "/"), ("kind", kind), ("where", where[0])]
    record = ask(api, "state", *pairs)["layers"][kind]
    assert record["empty"] == layer.empty
    assert record["events"] == layer.sample.events
    if not layer.empty:
        path, _, query = record["src"].partition("?")
        image = api.answer("GET", path.removeprefix("api/v1/"), query, {})
        assert image.status == 200
        assert image.body == small_overlay_png(layer)
        assert image.body == api.answer("GET", "layer", urlencode(pairs), {}).body


def test_seen_and_first_click_by_hand(api: Api) -> None:
    """Counted once more, visit by visit, without a single array operation."""
    data = api.store.data()
    part = api.store.slice(data, ("touch=false",))
    snapshot = data.snapshots[0]
    chosen = chosen_at(api.store, part, snapshot)
    state = ask(api, "state", ("page", "/"), ("where", "touch=false"))
    everything = [
        (number, row)
        for number, one in enumerate(data.snapshots)
        if (one.page, one.viewport) == (snapshot.page, snapshot.viewport)
        for row in range(*data.columns.rows(number).indices(10**9))
    ]
    column = {name: data.columns[name].tolist() for name in ("visit", "type", "y", "time_ms", "session")}
    deepest: dict[int, float] = {}
    began: dict[int, float] = {}
    present = set()
    for number, row in everything:
        visit = column["visit"][row]
        began[visit] = min(began.get(visit, np.inf), column["time_ms"][row])
        if TYPES[column["type"][row]] in ("view", "scroll"):
            deepest[visit] = max(deepest.get(visit, 0), column["y"][row])
        if number == 0:
            present.add(visit)
    for element in state["elements"]:
        middle = element["box"][1] + element["box"][3] / 2
        fixed = element["selector"] in ("#dialog", "#close")
        if element.get("seen") is not None and not fixed and element["selector"] != "#item":
            seen = sum(max(deepest.get(visit, 0), snapshot.viewport.height) >= middle for visit in present)
            assert element["seen"] == max(seen, element.get("visits", 0))
        if element.get("clicks"):
            assert element["ctr"] == pytest.approx(element["visits"] / element["seen"], abs=1e-4)
    hits = chosen.hits
    buy = chosen.outline.by_selector["#buy"].index
    waits: dict[int, float] = {}
    for element, visit, time, kind in zip(hits.element, hits.visit, hits.time_ms, hits.type, strict=True):
        if element == buy and TYPES[kind] == "click":
            waits[int(visit)] = min(waits.get(int(visit), np.inf), float(time) - began[int(visit)])
    told = next(one for one in state["elements"] if one["i"] == buy)
    assert waits and told["firstMs"] == pytest.approx(float(np.median(list(waits.values()))), abs=1)


def test_hits_inside_of_elements_add_up_and_lie_where_they_were(api: Api) -> None:
    data = api.store.data()
    snapshot = data.snapshots[0]
    found = ask(api, f"hits/{snapshot.id}", ("where", "touch=false"))
    points = np.array(found["points"]).reshape(-1, 4)
    assert points[:, 3].sum() == found["told"] == sum(one["clicks"] for one in found["elements"])
    hits = api.store.slice(data, ("touch=false",)).hits(snapshot).of_type("click")
    assert found["told"] == int((hits.element >= 0).sum())
    outline = api.store.outline(snapshot)
    there = []
    for place, u, v, count in points:
        x, y, width, height = outline.elements[found["elements"][int(place)]["i"]].box
        there += [(x + u / 1000 * width, y + v / 1000 * height)] * int(count)
    mine = np.array(sorted(there))
    theirs = np.array(sorted(zip(hits.x.tolist(), hits.y.tolist(), strict=True)))
    distance = np.abs(mine[:, None] - theirs[None]).max(axis=2).min(axis=1)
    # Places are told 2 CSS px apart, as a share in thousandths.
    assert distance.max() <= 1 + max(one["box"][2] for one in found["elements"]) / 1000 + 1


def test_a_segment_and_the_rest_are_everybody(api: Api) -> None:
    whole, some, rest = (
        ask(api, "pages", *where)["totals"] for where in ([], [("where", "language=de")], [("where", "language!=de")])
    )
    for key in ("visits", "clicks", "events", "frustrated"):
        assert some[key] + rest[key] == whole[key] and some[key]
