"""Insights held against the habits: is every planted one found, and is anything claimed that was not planted?

Insights are read from a crowd. Whether a claim is true is counted in another crowd of the same habits, by plan and not
by replay: what people of the plan click, open and see. A claim of chance alone does not come true there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from heatreel.app.demo.crowd import Crowd, Shop, gather
from heatreel.app.demo.habits import Expected, Luck, expected
from heatreel.app.demo.looking_up import names
from heatreel.app.demo.visitors import invite
from heatreel.core.hits import Hits
from heatreel.core.insight import Insight, Where
from heatreel.core.routes import RouteTable
from heatreel.core.viewport import Viewport
from heatreel.core.workspace import Capture, Workspace
from heatreel.replay.graphs import CapturedPages
from heatreel.replay.insights.calls import IGNORED, UNSEEN
from heatreel.replay.insights.insights import Insights, find_insights
from heatreel.replay.insights.material import Material
from heatreel.replay.insights.navigation import NEVER
from heatreel.replay.insights.states import UNUSED
from heatreel.replay.replay import place_sessions

CROWD = 1500
"""So many visitors are simulated, twice: to read from, and to count the truth in."""


@dataclass(frozen=True)
class Claims:
    """How insights fared: planted findings, those that were found, the claims made, and those that are true."""

    visitors: int
    planted: int
    missed: tuple[str, ...]
    made: int
    false: tuple[str, ...]
    insights: Insights

    @property
    def recall(self) -> float:
        return 1 - len(self.missed) / self.planted if self.planted else 1.0

    @property
    def precision(self) -> float:
        return 1 - len(self.false) / self.made if self.made else 1.0

    def lines(self) -> list[str]:
        """The score for people."""
        text = [
            f"insights of a simulated crowd of {self.visitors:,} with the same habits:"
            f" {self.planted - len(self.missed)} of {self.planted} planted findings found (recall {self.recall:.2f}),"
            f" {self.made - len(self.false)} of {self.made} claims true (precision {self.precision:.2f})"
        ]
        text += [f"not found: {one}" for one in self.missed]
        return text + [f"not planted: {one}" for one in self.false]

    def as_json(self) -> dict[str, Any]:
        return {
            "visitors": self.visitors,
            "planted": self.planted,
            "missed": list(self.missed),
            "made": self.made,
            "false": list(self.false),
            "recall": round(self.recall, 4),
            "precision": round(self.precision, 4),
        }


def score_claims(
    workspace: Workspace,
    capture: Capture,
    table: RouteTable,
    viewports: tuple[Viewport, ...],
    seed: int,
    visitors: int = CROWD,
) -> Claims:
    """Simulates the crowds on a captured shop, reads the one, and judges by the other."""
    snapshots = workspace.snapshots(capture)
    shop = Shop(snapshots, workspace.outline, table)
    crowd, other = (
        gather(invite(viewports, visitors, one, Luck)[0], shop) for one in (1000 + 2 * seed, 1001 + 2 * seed)
    )
    placed = place_sessions(CapturedPages(snapshots, capture.routes, shop.outline), crowd.sessions)
    hits = [placed.hits.get(one.id, Hits.empty()) for one in snapshots]
    outlines = [shop.outline(one) for one in snapshots]
    material = Material(snapshots, outlines, hits, placed.sessions, placed.kept, placed.away, placed.details)
    found = find_insights(material, capture=capture.label)
    return judge_claims(found, shop, Truth(other, shop), visitors)


def judge_claims(found: Insights, shop: Shop, truth: Truth, visitors: int) -> Claims:
    """The score of insights against habits and truth."""
    wanted = [one for one in expected() if shop.viewports > 1 or one.rule != "viewports_differ"]
    missed = [one for one in wanted if not any(_is(shop, one, claim) for claim in found.findings)]
    false = [claim for claim in found.findings if not truth.holds(claim)]
    return Claims(
        visitors,
        len(wanted),
        tuple(f"{one.habit}: {one.rule} of {one.target} on {one.page}" for one in missed),
        len(found.findings),
        tuple(f"{one.rule}: {one.words} ({one.where.page}, {one.where.viewport})" for one in false),
        found,
    )


def _is(shop: Shop, wanted: Expected, claim: Insight) -> bool:
    """Whether a claim says what was planted."""
    if wanted.rule == "cost":
        return claim.rule == "rage" and (claim.evidence["left_more"] or 0) > 0 and _about(shop, wanted, claim)
    return claim.rule == wanted.rule and _about(shop, wanted, claim)


def _about(shop: Shop, wanted: Expected, claim: Insight) -> bool:
    places = [claim.where, *claim.others]
    return any(place.page == wanted.page and _names(shop, place, wanted.target) for place in places)


def _names(shop: Shop, place: Where, target: str) -> bool:
    found = shop.control(place.page, place.viewport, place.variant, place.selector)
    return found is not None and names(*found, target)


class Truth:
    """What a crowd did, by plan."""

    def __init__(self, crowd: Crowd, shop: Shop) -> None:
        self.crowd = crowd
        self.shop = shop
        self._clicked: dict[tuple[str, str], set[int]] = {}
        self._signals: dict[str, set[tuple[str, str]]] = {}
        for deed in crowd.deeds:
            self._clicked.setdefault((deed.page, deed.selector), set()).add(deed.visit)
            self._signals.setdefault(deed.signal, set()).add((deed.page, deed.selector))
        self._backs = {(stay.page, stay.led) for stay in crowd.stays if stay.led}

    def holds(self, claim: Insight) -> bool:
        """Whether a claim is true of this crowd, too. What has no planted counterpart is not."""
        judge: Callable[[Insight], bool] | None = getattr(self, f"_{claim.rule}", None)
        return judge is not None and judge(claim)

    def _rate(self, page: str, selectors: Sequence[str], viewport: str = "", variant: str = "") -> float:
        """The share of visits of a page that clicked any of some elements."""
        visits = [
            at
            for at, stay in enumerate(self.crowd.stays)
            if stay.page == page and viewport in ("", stay.viewport) and variant in ("", stay.variant)
        ]
        clicked = set().union(*(self._clicked.get((page, selector), set()) for selector in selectors))
        return sum(at in clicked for at in visits) / max(1, len(visits))

    def _selectors(self, claim: Insight) -> list[str]:
        """The selectors of the element of a claim: another arm may have another one."""
        page = claim.where.page
        own = {claim.where.selector}
        return sorted(own | {one.selector for one in claim.others if one.page == page and one.name == claim.where.name})

    def _planted(self, claim: Insight, signal: str) -> bool:
        return (claim.where.page, claim.where.selector) in self._signals.get(signal, set())

    def _expected_clickable(self, claim: Insight) -> bool:
        return self._planted(claim, "dead")

    def _rage(self, claim: Insight) -> bool:
        return self._planted(claim, "rage")

    def _disabled(self, claim: Insight) -> bool:
        return self._planted(claim, "rage")

    def _error(self, claim: Insight) -> bool:
        return self._planted(claim, "error")

    def _quick_back(self, claim: Insight) -> bool:
        return (claim.where.page, claim.where.selector) in self._backs

    def _form_drop(self, claim: Insight) -> bool:
        drops = [one for one in expected() if one.rule == "form_drop"]
        return any(_about(self.shop, one, claim) for one in drops)

    def _ignored_call(self, claim: Insight) -> bool:
        return self._rate(claim.where.page, [claim.where.selector], claim.where.viewport) < IGNORED

    def _unseen_call(self, claim: Insight) -> bool:
        return all(self._is_unseen(place) for place in (claim.where, *claim.others))

    def _is_unseen(self, place: Where) -> bool:
        middles = self.shop.middles(place.page, place.viewport, place.variant, place.selector)
        stays = [stay for stay in self.crowd.stays if any(one in middles for one, _ in stay.bottoms)]
        seen = sum(any(bottom > middles.get(one, 1e9) for one, bottom in stay.bottoms) for stay in stays)
        return seen < UNSEEN * len(stays)

    def _form_submit(self, claim: Insight) -> bool:
        box = claim.where.box
        window = self.shop.window(claim.where.viewport)
        return box is not None and box[1] + box[3] > window

    def _opened(self, page: str, panels: frozenset[str], viewport: str = "") -> float:
        stays = [stay for stay in self.crowd.stays if stay.page == page and viewport in ("", stay.viewport)]
        return sum(panels <= stay.opened for stay in stays) / max(1, len(stays))

    def _state_unused(self, claim: Insight) -> bool:
        place = claim.where
        panels = self.shop.opens(place.page, place.viewport, place.variant, claim.evidence["state"])
        return bool(panels) and self._opened(place.page, panels, _own_viewport(claim)) < UNUSED

    def _state_used(self, claim: Insight) -> bool:
        place = claim.where
        panels = self.shop.opens(place.page, place.viewport, place.variant, claim.evidence["state"])
        mine = self._opened(place.page, panels)
        slots = {panel.split(": ")[0].rstrip("0123456789 ") for panel in panels}
        others = {
            panel
            for stay in self.crowd.stays
            if stay.page == place.page
            for panel in stay.opened - panels
            if panel.split(": ")[0].rstrip("0123456789 ") in slots and not panel.endswith(": ")
        }
        return bool(panels) and all(mine > self._opened(place.page, frozenset({one})) for one in others)

    def _same_destination(self, claim: Insight) -> bool:
        links = claim.evidence["links"]
        best, worst = (
            self._rate(claim.where.page, [link["selector"]], claim.where.viewport) for link in (links[0], links[-1])
        )
        return best > worst

    def _navigation(self, claim: Insight) -> bool:
        items = claim.evidence["items"]
        unused = {item["selector"] for item in items if item["interval"][1] < NEVER}
        clicked = {visit for (_, selector), visits in self._clicked.items() if selector in unused for visit in visits}
        return len(clicked) < NEVER * len(self.crowd.stays)

    def _entry_exit(self, claim: Insight) -> bool:
        begins = claim.evidence["about"] == "begin"
        pages: dict[str, str] = {}
        for stay in self.crowd.stays:
            if not begins or stay.session not in pages:
                pages[stay.session] = stay.page
        return Counter(pages.values()).most_common(1)[0][0] == claim.where.page

    def _viewports_differ(self, claim: Insight) -> bool:
        return self._differ(claim, lambda name: {"viewport": name})

    def _variants_differ(self, claim: Insight) -> bool:
        return self._differ(claim, lambda name: {"variant": name})

    def _differ(self, claim: Insight, side: Callable[[str], dict[str, str]]) -> bool:
        first, second = (
            self._rate(claim.where.page, self._selectors(claim), **side(one["name"])) for one in claim.evidence["sides"]
        )
        told = float(claim.evidence["difference"])
        return (second - first) * told > 0 and abs(second - first) > 0.25 * abs(told)


def _own_viewport(claim: Insight) -> str:
    """The viewport of a claim that other viewports have no part in."""
    return claim.where.viewport if all(one.viewport == claim.where.viewport for one in claim.others) else ""
