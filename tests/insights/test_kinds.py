"""Each kind of insight on a made site where it is known what people do: it is found where it is, and not where not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from heatreel.core.element import Outline
from heatreel.core.hits import REASONS
from heatreel.core.insight import INSIGHT_RULES, Insight
from heatreel.replay.insights.asking import Goal, Wishes
from heatreel.replay.insights.between import Before
from heatreel.replay.insights.edges import edges_of
from heatreel.replay.insights.insights import Insights, find_insights
from heatreel.replay.insights.kept import ACTS, Kept
from heatreel.replay.insights.material import Material
from heatreel.replay.insights.reading import pattern_of
from heatreel.replay.not_placed import join
from insights_making import DESKTOP, PHONE, Diary, material, page_of, shot, tab

BUY = ("#buy", "button", (100.0, 500.0, 200.0, 50.0), {"bold": True})
DEEP = ("#deep", "button", (100.0, 2600.0, 200.0, 50.0), {"bold": True})
PLAIN = ("#quiet", "button", (400.0, 500.0, 200.0, 50.0), {"bold": True})
PICTURE = ("#picture", "img", (700.0, 300.0, 300.0, 300.0), {"name": "Tent"})
TOP = ("#top", "a", (100.0, 100.0, 100.0, 30.0), {"href": "/shop", "landmark": "banner"})
FOOT = ("#foot", "a", (100.0, 700.0, 100.0, 30.0), {"href": "/shop", "landmark": "contentinfo"})
PAGE = [BUY, DEEP, PLAIN, PICTURE, TOP, FOOT]


def of_rule(found: Insights, rule: str) -> list[Insight]:
    assert rule in INSIGHT_RULES
    return [one for one in found.findings if one.rule == rule]


def only(found: Insights, rule: str) -> Insight:
    some = of_rule(found, rule)
    assert len(some) == 1, [one.words for one in found.findings]
    return some[0]


def one_page(visits: int = 400, seed: int = 4) -> Material:
    """Half buy, a third click the picture, which is dead; a tenth scrolls to the end; nobody clicks “quiet”."""
    outline = page_of(PAGE, 3000)
    diary, random = Diary([outline]), np.random.default_rng(seed)
    for _ in range(visits):
        acts: list[object] = []
        if random.random() < 1 / 3:
            acts.append(("#picture", ("dead",)))
        if random.random() < 0.5:
            acts.append("#buy")
        if random.random() < 0.4:
            acts.append("#top")
        diary.visit(diary.session(), 0, 3000.0 if random.random() < 0.1 else 900.0, *acts)
    return material([shot(1, "/", DESKTOP, 3000)], [outline], diary)


@pytest.fixture(scope="module")
def page() -> Insights:
    return find_insights(one_page())


def test_a_call_that_is_seen_and_not_clicked_is_ignored(page: Insights) -> None:
    found = only(page, "ignored_call")
    assert found.where.selector == "#quiet"
    assert found.interval is not None
    assert found.interval[1] < 0.02
    assert found.evidence["seen_by"] == 1.0


def test_a_call_that_few_scroll_to_is_unseen_and_a_place_is_suggested(page: Insights) -> None:
    found = only(page, "unseen_call")
    assert found.where.selector == "#deep"
    assert found.rate == pytest.approx(0.1, abs=0.05)
    # Seven of ten see no more than the first window, so the button's lower edge belongs there.
    assert found.evidence["best_y"] == 850


def test_what_is_clicked_and_does_nothing_is_expected_to_be_clickable(page: Insights) -> None:
    found = only(page, "expected_clickable")
    assert found.where.selector == "#picture"
    assert "the image “Tent”" in found.words
    assert found.interval is not None
    assert found.interval[0] < 1 / 3 < found.interval[1]
    assert found.evidence["next"]["buy"] > found.evidence["next"]["top"]


def test_links_to_one_place_are_compared_for_visits_that_saw_them(page: Insights) -> None:
    found = only(page, "same_destination")
    assert [link["selector"] for link in found.evidence["links"]] == ["#top", "#foot"]
    assert found.rate == 0


def test_every_insight_has_words_numbers_and_a_place(page: Insights) -> None:
    for one in page.as_json()["findings"]:
        assert one["rule"] in INSIGHT_RULES
        assert one["words"]
        assert one["page"] == "/"
        assert one["viewport"] == "desktop"
        if one["rate"] is not None:
            low, high = one["interval"]
            assert 0 <= low <= one["rate"] <= high <= 1
    assert len({one["id"] for one in page.as_json()["findings"]}) == len(page.findings)


def test_rage_that_makes_people_leave_has_its_cost() -> None:
    outline = page_of([BUY, PLAIN], 900)
    diary = Diary([outline, outline])
    for at in range(200):
        session = diary.session()
        angry = at % 4 == 0
        acts = [("#buy", ("rage",))] * 3 if angry else ["#quiet"]
        diary.visit(session, 0, 900, *acts)
        if not angry or at % 8 == 0:
            diary.visit(session, 1, 900)
    shots = [shot(1, "/cart", DESKTOP, 900), shot(2, "/pay", DESKTOP, 900)]
    found = only(find_insights(material(shots, [outline, outline], diary)), "rage")
    assert found.where.selector == "#buy"
    assert found.count == 50
    assert found.evidence["left"] == 0.5
    assert found.evidence["left_more"] == pytest.approx(25, abs=1)


def test_an_error_is_told_with_its_chain() -> None:
    outline = page_of([BUY], 900)
    diary = Diary([outline])
    for at in range(220):
        diary.visit(diary.session(), 0, 900, ("#buy", ("error",)) if at % 4 == 0 else "#buy")
    hits = diary.hits()
    signature = np.where(hits[0].signals > 0, 0, -1).astype(np.int32)
    details = {
        "signatures": ["TypeError: saved is null"],
        "clusters": [
            {"signal": "error", "values": {"message": "TypeError: saved is null", "request": "GET /saved 500"}}
        ],
    }
    made = material([shot(1, "/", DESKTOP, 900)], [outline], diary, details)
    made = Material(
        made.snapshots, made.outlines, [replace(hits[0], signature=signature)], made.sessions, made.kept, None, details
    )
    found = only(find_insights(made), "error")
    assert found.severity == "error"
    assert found.evidence["errors"][0]["chain"] == "click → GET /saved 500 → TypeError: saved is null"


def two_sides(visits: int, rates: dict[str, float], viewports: bool = False) -> Insights:
    outline = page_of([BUY, PLAIN], 900)
    diary, random = Diary([outline, outline]), np.random.default_rng(8)
    for at in range(visits):
        name = list(rates)[at % 2]
        acts = ["#quiet", *(["#buy"] if random.random() < rates[name] else [])]
        diary.visit(diary.session(variant="" if viewports else name), at % 2 if viewports else 0, 900, *acts)
    shots = [shot(1, "/", DESKTOP, 900), shot(2, "/", PHONE, 900)]
    return find_insights(material(shots, [outline, outline], diary))


def test_variants_that_differ_are_told_with_the_interval_of_the_difference() -> None:
    found = only(two_sides(600, {"a": 0.3, "b": 0.55}), "variants_differ")
    assert found.where.selector == "#buy"
    low, high = found.evidence["difference_interval"]
    assert low < 0.25 < high
    assert found.evidence["about"] == "b"
    assert "of comparisons" in found.detail


def test_phone_and_desktop_are_compared_by_element() -> None:
    found = only(two_sides(600, {"desktop": 0.6, "phone": 0.2}, viewports=True), "viewports_differ")
    assert found.evidence["about"] == "desktop"
    assert found.where.viewport == "desktop"


def test_a_total_that_says_the_opposite_of_its_parts_is_warned_of() -> None:
    """Simpson's paradox: variant b is better on either viewport, but is mostly shown where all click less."""
    outline = page_of([BUY, PLAIN], 900)
    diary, random = Diary([outline, outline]), np.random.default_rng(6)
    for viewport, variant, rate, count in (
        (0, "a", 0.6, 900),
        (0, "b", 0.72, 200),
        (1, "a", 0.1, 200),
        (1, "b", 0.22, 900),
    ):
        for _ in range(count):
            acts = ["#buy"] if random.random() < rate else ["#quiet"]
            diary.visit(diary.session(variant=variant), viewport, 900, *acts)
    shots = [shot(1, "/", DESKTOP, 900), shot(2, "/", PHONE, 900)]
    found = of_rule(find_insights(material(shots, [outline, outline], diary)), "simpson")
    buy = next(one for one in found if one.where.selector == "#buy")
    assert buy.severity == "warning"
    assert buy.evidence["by"] == "viewport"
    assert all(first < second for first, second in buy.evidence["parts"])


def tabs() -> tuple[Outline, Outline, Outline]:
    """A page with two tabs, in its three states."""
    names = ("#a", "#b")
    buttons = [
        (name, "button", (100.0 + 100 * at, 100.0, 80.0, 30.0), {"role": "tab"}) for at, name in enumerate(names)
    ]
    panels = [(f"{name}-panel", "div", (100.0, 200.0, 400.0, 200.0), {"visible": False}) for name in names]
    plain = inside(page_of([("#list", "div", (100, 90, 300, 50), {}), *buttons, *panels], 900), set(names))
    first, second = (showing(plain, f"{name}-panel") for name in names)
    return plain, first, second


def inside(outline: Outline, selectors: set[str]) -> Outline:
    """The outline with some elements inside its second one."""
    elements = (replace(one, parent=1) if one.selector in selectors else one for one in outline.elements)
    return replace(outline, elements=tuple(elements))


def showing(outline: Outline, selector: str) -> Outline:
    """The outline with one more element shown."""
    elements = (replace(one, visible=one.visible or one.selector == selector) for one in outline.elements)
    return replace(outline, elements=tuple(elements))


def test_states_that_are_opened_and_those_that_nobody_opens() -> None:
    outlines = tabs()
    diary, random = Diary(outlines), np.random.default_rng(3)
    for _ in range(400):
        diary.visit(diary.session(), 0, 900, *(["#a"] if random.random() < 0.7 else []))
    shots = [
        shot(1, "/", DESKTOP, 900), shot(2, "/", DESKTOP, 900, tab("A", "#a", "#a-panel")),
        shot(3, "/", DESKTOP, 900, tab("B", "#b", "#b-panel")),
    ]  # fmt: skip
    found = find_insights(material(shots, outlines, diary))
    assert only(found, "state_used").evidence["about"] == "Tab: A"
    unused = only(found, "state_unused")
    assert unused.evidence["about"] == "Tab: B"
    assert unused.where.selector == "#b"


def test_a_form_is_left_at_a_field() -> None:
    parts = [("#name", "input"), ("#street", "input"), ("#city", "input"), ("#send", "button")]
    outline = page_of(
        [("form", "form", (0, 0, 500, 500), {"interactive": False})]
        + [(name, tag, (10, 50.0 + 60 * at, 200, 40), {}) for at, (name, tag) in enumerate(parts)], 900,
    )  # fmt: skip
    outline = replace(
        outline, elements=tuple(replace(one, parent=1) if one.index > 1 else one for one in outline.elements)
    )
    diary = Diary([outline])
    for at in range(200):
        acts = ["#name", "#street"] if at % 3 == 0 else ["#name", "#street", "#city", "#send"]
        diary.visit(diary.session(), 0, 900, *acts)
    found = only(find_insights(material([shot(1, "/pay", DESKTOP, 900)], [outline], diary)), "form_drop")
    assert found.where.selector == "#street"
    assert found.rate == pytest.approx(1 / 3, abs=0.01)
    assert [one["touched"] for one in found.evidence["fields"]] == [200, 200, 133]
    assert not any("value" in key for one in found.evidence["fields"] for key in one)


def test_a_goal_goes_with_clicks_and_is_called_no_cause() -> None:
    outline = page_of([BUY, PLAIN], 900)
    diary = Diary([outline])
    for at in range(400):
        wants = at % 2 == 0
        goals = ["order"] if at % 10 in (0, 2, 4, 6, 1) else []
        diary.visit(diary.session(goals=goals), 0, 900, "#buy" if wants else "#quiet")
    made = material([shot(1, "/", DESKTOP, 900)], [outline], diary)
    found = of_rule(find_insights(made, Wishes(goals=(Goal("order", event="order", value=50.0),))), "goal")
    buy = next(one for one in found if one.where.selector == "#buy")
    assert buy.rate == 0.8
    assert buy.evidence["value_per_click"] == 40.0
    assert buy.evidence["causal"] is False
    assert "Not a cause" in buy.detail


def test_use_that_changes_between_weeks_is_a_trend() -> None:
    outline = page_of([BUY, PLAIN], 900)
    diary = Diary([outline])
    for at in range(600):
        if at == 300:
            diary.now += 10 * 24 * 3600 * 1000
        diary.visit(diary.session(), 0, 900, "#quiet", *(["#buy"] if at % 10 < (5 if at < 300 else 2) else []))
    found = only(find_insights(material([shot(1, "/", DESKTOP, 900)], [outline], diary)), "trend")
    assert found.where.selector == "#buy"
    assert found.evidence["about"] == "less"
    assert found.evidence["difference"] == pytest.approx(-0.3, abs=0.01)


def test_a_small_target_that_is_missed() -> None:
    outline = page_of([("#x", "button", (100, 100, 16, 16), {}), ("#body", "div", (0, 0, 390, 800), {})], 900)
    diary = Diary([outline])
    rows = diary.rows
    for at in range(300):
        if at % 10:
            diary.visit(diary.session(), 0, 900, "#x")
        else:
            diary.visit(diary.session(), 0, 900, ("#body", ("near_miss",)))
            at_click = len(rows) - 2
            rows[at_click] = (*rows[at_click][:5], 122.0, 108.0, *rows[at_click][7:])
    found = only(find_insights(material([shot(1, "/", PHONE, 900)], [outline], diary)), "small_target")
    assert found.where.selector == "#x"
    assert found.count == 30
    assert found.evidence["width"] == 16


@pytest.mark.parametrize(("fit", "pattern"), [((0.6, 0.1, 0.0, -0.7), "F"), ((0.02, 0.01, 0.03, -0.5), "none")])
def test_a_reading_pattern_has_a_confidence(fit: tuple[float, ...], pattern: str) -> None:
    random = np.random.default_rng(1)
    name, confidence = pattern_of(np.array(fit) + random.normal(0, 0.1, (60, 4)))
    assert name == pattern
    assert confidence > 0.8


def test_a_call_under_something_else_is_covered() -> None:
    over = ("#over", "div", (90.0, 480.0, 300.0, 90.0), {"name": "Chat", "position": "fixed"})
    outline = page_of([("#main", "main", (0, 0, 1440, 900), {}), BUY, PLAIN, over], 900)
    diary = Diary([outline])
    for _ in range(250):
        diary.visit(diary.session(), 0, 900, "#quiet")
    found = only(find_insights(material([shot(1, "/", DESKTOP, 900)], [outline], diary)), "covered_call")
    assert found.where.selector == "#buy"
    assert "under “Chat”" in found.detail


def test_use_that_changed_since_an_older_capture() -> None:
    outline = page_of([BUY, PLAIN], 900)

    def site(label: str, share: int) -> Material:
        diary = Diary([outline])
        for at in range(300):
            diary.visit(diary.session(), 0, 900, "#quiet", *(["#buy"] if at % 10 < share else []))
        return material([shot(1, "/", DESKTOP, 900)], [outline], diary)

    found = find_insights(site("after", 6), before=Before("before", site("before", 3)))
    told = only(found, "trend")
    assert told.where.selector == "#buy"
    assert "than on “before”" in told.words
    assert told.evidence["difference"] == pytest.approx(0.3, abs=0.01)


def test_a_navigation_says_what_is_never_used_and_where_sessions_end() -> None:
    around = {"landmark": "navigation"}
    items = [
        (f"#n{at}", "a", (10.0 + 100 * at, 10.0, 80.0, 40.0), {"href": f"/{at}", **around, "parent": 1})
        for at in range(4)
    ]
    outline = page_of([("#nav", "nav", (0, 0, 600, 60), {**around, "interactive": False}), *items], 900)
    diary = Diary([outline, outline])
    for at in range(600):
        session = diary.session()
        diary.visit(session, 0, 900, *([] if at % 3 else [f"#n{at % 2}"]))
        if at % 3 == 0:
            diary.visit(session, 1, 900)
    shots = [shot(1, "/", DESKTOP, 900), shot(2, "/1", DESKTOP, 900)]
    found = find_insights(material(shots, [outline, outline], diary))
    told = only(found, "navigation")
    assert (told.count, told.n) == (2, 4)
    assert [item["clicks"] for item in told.evidence["items"]] == [100, 100, 0, 0]
    ends = next(one for one in of_rule(found, "entry_exit") if one.evidence["about"] == "end")
    assert ends.where.page == "/"
    assert ends.evidence["rates"]["/1"]["rate"] == 1.0


def kept_of(rows: list[tuple[str, int, int, str, float, float, float]]) -> Kept:
    """Acts of a replay: act, visit, snapshot, selector, x, y, time."""
    selectors = sorted({row[3] for row in rows})
    return Kept(
        act=np.array([ACTS.index(row[0]) for row in rows], np.uint8),
        session=np.array([row[1] for row in rows], np.int32),
        visit=np.array([row[1] for row in rows], np.int32),
        snapshot=np.array([row[2] for row in rows], np.int32),
        selector=np.array([selectors.index(row[3]) for row in rows], np.int32),
        name=np.full(len(rows), -1, np.int32),
        x=np.array([row[4] for row in rows], np.float32),
        y=np.array([row[5] for row in rows], np.float32),
        value=np.full(len(rows), np.nan, np.float32),
        time_ms=np.array([row[6] for row in rows]),
        selectors=np.array(selectors),
        names=np.array([""]),
    )


def test_people_who_hit_what_shifted_under_their_finger() -> None:
    outline = page_of([BUY, PLAIN], 900)
    diary = Diary([outline])
    acts: list[tuple[str, int, int, str, float, float, float]] = []
    for at in range(250):
        visit = diary.visit(diary.session(), 0, 900, "#quiet")
        if at % 10 == 0:
            acts.append(("layout_shift", visit, 1, "body", 0, 0, diary.now - 900))
            # The quiet button was clicked, where the settled page has the other one.
            acts.append(("moved", visit, 1, "#quiet", 150, 520, diary.now - 500))
    plain = material([shot(1, "/", DESKTOP, 900)], [outline], diary)
    made = Material(plain.snapshots, plain.outlines, diary.hits(), plain.sessions, kept_of(acts))
    found = only(find_insights(made), "late_shift")
    assert found.where.selector == "#buy"
    assert found.evidence["hit"] == "#quiet"
    assert found.count == 25
    assert not of_rule(find_insights(plain), "late_shift")


def test_clicks_that_cluster_on_a_bare_container() -> None:
    box = (0.0, 0.0, 1440.0, 900.0)
    outline = page_of([("#main", "main", box, {}), ("#text", "p", (20, 20, 200, 40), {"parent": 1}), BUY], 900)
    diary = Diary([outline])
    for at in range(300):
        diary.visit(diary.session(), 0, 900, "#main" if at % 6 == 0 else "#buy")
    place = [at for at, row in enumerate(diary.rows) if row[7] == outline.by_selector["#main"].index]
    for at in place:
        diary.rows[at] = (*diary.rows[at][:5], 1200.0, 700.0, *diary.rows[at][7:])
    found = only(find_insights(material([shot(1, "/", DESKTOP, 900)], [outline], diary)), "misaligned")
    assert (found.evidence["x"], found.evidence["y"]) == (1200, 700)
    assert found.count == 50


def test_a_page_that_visitors_see_otherwise_has_drifted() -> None:
    outline = page_of([BUY, PLAIN], 900)
    diary = Diary([outline])
    for _ in range(250):
        diary.visit(diary.session(), 0, 900, "#buy")
    plain = material([shot(1, "/", DESKTOP, 900)], [outline], diary)
    lost = {name: np.zeros(300) for name in ("event", "session", "visit", "type", "page", "viewport", "snapshot")}
    lost |= {name: np.zeros(300) for name in ("selector", "x", "y", "confidence")}
    lost |= {"reason": np.full(300, REASONS.index("missing")), "time_ms": np.full(300, diary.now)}
    rest = join([lost], {"types": ["click"], "pages": ["/"], "viewports": ["desktop"], "selectors": ["#new"]})
    made = Material(plain.snapshots, plain.outlines, diary.hits(), plain.sessions, plain.kept, not_placed=rest)
    found = only(find_insights(made), "drift")
    assert found.count == 300
    assert found.evidence["reasons"] == {"missing": 300}
    assert not of_rule(find_insights(plain), "drift")


def test_a_session_that_goes_on_to_a_page_without_a_capture_did_not_leave() -> None:
    outline = page_of([BUY], 900)
    diary = Diary([outline])
    visits = [diary.visit(diary.session(), 0, 900, "#buy") for _ in range(4)]
    number = len(visits)
    # The first went on elsewhere, the second came from elsewhere, the third clicked once more where nothing is.
    lost = {name: np.zeros(3) for name in ("type", "page", "viewport", "snapshot", "selector", "x", "y", "confidence")}
    lost |= {"event": np.zeros(3), "reason": np.zeros(3), "session": np.arange(3)}
    lost |= {"visit": np.array([number, number + 1, visits[2]]), "time_ms": np.array([diary.now + 9, 1.0, diary.now])}
    rest = join([lost], {"types": ["click"], "pages": ["/else"], "viewports": ["desktop"], "selectors": [""]})
    plain = material([shot(1, "/", DESKTOP, 900)], [outline], diary)
    edges = edges_of(diary.hits(), rest)
    made = Material(plain.snapshots, plain.outlines, diary.hits(), plain.sessions, plain.kept, edges=edges)
    assert made.visits.ends.tolist() == [False, True, True, True]
    assert made.visits.begins.tolist() == [True, False, True, True]
    nobody = edges_of([], None)
    assert (len(nobody.first), len(nobody.last)) == (0, 0)


def test_a_field_that_filters_as_people_type_is_not_left() -> None:
    parts = [("form", "form", (0, 0, 500, 500), {"interactive": False}), ("#find", "input", (10, 50, 200, 40), {})]
    outline = page_of(parts, 900)
    outline = replace(
        outline, elements=tuple(replace(one, parent=1) if one.index > 1 else one for one in outline.elements)
    )
    diary = Diary([outline])
    for _ in range(250):
        diary.visit(diary.session(), 0, 900, "#find")
    assert not of_rule(find_insights(material([shot(1, "/", DESKTOP, 900)], [outline], diary)), "form_drop")
