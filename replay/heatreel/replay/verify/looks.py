"""The looks of all paired snapshots of a verification, and the findings where more differs than may."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping

from heatreel.core.config import VerifyConfig
from heatreel.core.finding import Finding, Place
from heatreel.core.state import Snapshot
from heatreel.replay.verify.findings import DEFAULT_SEVERITY, spot
from heatreel.replay.verify.look import Look, Picture, compare_looks
from heatreel.replay.verify.sentences import counted
from heatreel.replay.verify.states import StatePair
from heatreel.replay.verify.subjects import called
from heatreel.replay.verify.verify import Verification

Looks = Mapping[Place, Look]
_NAMED = 4


def looks_of(
    found: Verification, picture: Callable[[Snapshot], Picture], noise: Looks | None = None
) -> dict[Place, Look]:
    """The look of each state that both builds have. What differs in `noise`, the looks of BASE against another
    capture of the same build, is left out; so are pictures that are too large."""
    done: dict[Place, Look] = {}
    for pair in _pairs(found):
        place = _place(pair)
        masked = frozenset(one.selector for one in noise[place].elements) if noise and place in noise else frozenset()
        one, two = pair.before.snapshot, pair.after.snapshot
        try:
            pictures = picture(one), picture(two)
            scale = pictures[0].shape[1] / max(one.width, 1), pictures[1].shape[1] / max(two.width, 1)
            done[place] = compare_looks(pair.elements, *pictures, scale, masked)
        except ValueError:
            continue
    return done


def look_findings(found: Verification, looks: Looks, rules: VerifyConfig) -> Iterator[Finding]:
    """One finding for each page and viewport in which some state differs more than `rules.look` % of its px."""
    severity = rules.severity.get("look", DEFAULT_SEVERITY["look"])
    if rules.look is None or severity == "off":
        return
    worst: dict[tuple[str, str, str], list[StatePair]] = {}
    for pair in _pairs(found):
        look = looks.get(_place(pair))
        if look and 100 * look.share > rules.look:
            place = _place(pair)
            worst.setdefault((place.page, place.viewport, place.variant), []).append(pair)
    for pairs in worst.values():
        pair = max(pairs, key=lambda one: looks[_place(one)].share)
        place, look = _place(pair), looks[_place(pair)]
        outline = pair.before.outline
        first = outline.by_selector[look.elements[0].selector]
        names = [called(outline.by_selector[one.selector]) for one in look.elements]
        some = ", ".join(f'"{name}"' for name in list(dict.fromkeys(filter(None, names)))[:_NAMED])
        places = tuple(_place(one) for one in pairs)
        key = repr([place.page, sorted(map(repr, places))])
        detail = (
            f"{100 * look.share:.2f} % of the picture look different ({counted(len(look.elements), 'element')}"
            f"{': ' + some if some else ''}); the rule allows {rules.look:g} %."
        )
        yield Finding(
            f"look-{hashlib.sha256(key.encode()).hexdigest()[:10]}", "look", severity, place,
            spot(outline, first.index), None, None, None, detail, 1.0,
            tuple(one.selector for one in look.elements), places,
        )  # fmt: skip


def _pairs(found: Verification) -> Iterator[StatePair]:
    return (pair for view in found.views for pair in view.states if not pair.lost)


def _place(pair: StatePair) -> Place:
    one = pair.before.snapshot
    return Place(one.page, one.viewport.name, one.state.id, one.variant)
