"""States of BASE on HEAD: paired by id, by what leads there, by what they show; lost, or shown at once."""

from __future__ import annotations

from dataclasses import replace

from heatreel.core.element import Outline
from heatreel.core.finding import Finding
from heatreel.core.state import Skipped, State
from heatreel.replay.verify import Captured, Verification, verify
from verify.drawing import Page, capture, clicks, state

TAB = "body > div:nth-of-type(1) > button:nth-of-type(2)"
SPECS = ("Weight 1,200 g", "Volume 38 litres", "Frame of steel")


def tabs(*shown: str, texts: tuple[str, ...] = SPECS, name: str = "Specs", link: str = "", **panel: str) -> Outline:
    """A page with two tabs; the texts of the second panel are seen when "specs" is among `shown`."""
    page = Page()
    row = page.add("div", (0, 100, 400, 40))
    page.add("button", (0, 100, 100, 40), "Details", parent=row, role="tab")
    if name:
        page.add("button", (100, 100, 100, 40), name, parent=row, role="tab")
    page.add("p", (0, 150, 400, 30) if "details" in shown else (0, 0, 0, 0), "A pack for long walks")
    box = page.add("div", (0, 150, 400, 120) if "specs" in shown else (0, 0, 0, 0), **panel)
    for at, text in enumerate(texts):
        page.add("p", (0, 150 + 30 * at, 400, 30) if "specs" in shown else (0, 0, 0, 0), text, parent=box)
    if link:
        page.add("a", (0, 250, 90, 20) if "specs" in shown else (0, 0, 0, 0), link, parent=box, href="/sizes")
    page.add("a", (0, 400, 90, 20), "Home", href="/home")
    return page.done()


def specs(id: str = "tab-specs-aaaa", label: str = "Tab: Specs", shows: tuple[str, ...] = SPECS) -> State:
    return state(id, TAB, label, shows)


def base(link: str = "") -> Captured:
    return capture((state(), tabs("details", link=link)), (specs(), tabs("specs", link=link)))


def partners(found: Verification) -> dict[str, str | None]:
    view = found.views[0]
    return {pair.before.id: None if pair.lost else pair.after.id for pair in view.states}


def rules(found: Verification) -> list[str]:
    return [finding.rule for finding in found.findings]


def only(found: Verification) -> Finding:
    assert len(found.findings) == 1, [finding.detail for finding in found.findings]
    return found.findings[0]


def test_a_page_verified_against_itself_has_no_findings() -> None:
    found = verify(base("Sizes"), base("Sizes"))
    assert found.findings == ()
    assert partners(found) == {"default": "default", "tab-specs-aaaa": "tab-specs-aaaa"}
    assert all(pair.confidence > 0.9 and pair.after >= 0 for pair in found.pairs)


def test_states_pair_by_what_leads_to_them_when_all_else_changed() -> None:
    other = ("Gewicht", "Volumen", "Rahmen")
    head = capture(
        (state(), tabs("details", texts=other)), (specs("tab-x-bbbb", "Tab: X", other), tabs("specs", texts=other))
    )
    assert partners(verify(base(), head))["tab-specs-aaaa"] == "tab-x-bbbb"


def test_states_pair_by_label_and_content_when_the_trigger_is_another() -> None:
    head = capture(
        (state(), tabs("details", name="Facts")),
        (specs("disclosure-specs-bbbb", "Open: Specs"), tabs("specs", name="Facts")),
    )
    found = verify(base(), head)
    assert partners(found)["tab-specs-aaaa"] == "disclosure-specs-bbbb"
    assert rules(found) == ["renamed"]


def test_a_tab_that_opens_nothing_is_one_finding() -> None:
    """HEAD's capture found no state, or one in which the panel stays empty."""
    silent = capture((state(), tabs("details")))
    empty = capture((state(), tabs("details")), (specs("tab-specs-bbbb", shows=()), tabs()))
    for head in (silent, empty):
        finding = only(verify(base("Sizes"), head))
        assert (finding.rule, finding.severity) == ("state_lost", "error")
        assert finding.before is not None and finding.before.selector == TAB
        assert finding.after is not None and finding.after.selector == TAB
        assert finding.place.state == "tab-specs-aaaa"


def test_a_tab_that_is_gone_takes_its_state_with_it_in_one_finding() -> None:
    outline = tabs("specs", link="Sizes")
    hits = {
        "tab-specs-aaaa": clicks(outline, (len(outline.elements) - 2, 7)),
        "default": clicks(tabs("details"), (3, 5)),
    }
    before = capture((state(), tabs("details", link="Sizes")), (specs(), outline), hits=hits)
    head = capture((state(), tabs("details", name="", texts=())))
    finding = only(verify(before, head))
    assert finding.rule == "gone"
    assert finding.before is not None and finding.before.name == "Specs"
    # Five clicks on the tab, seven in what it showed.
    assert finding.clicks == 12


def test_what_is_shown_at_once_on_head_is_not_lost() -> None:
    head = capture((state(), tabs("details", "specs", link="Sizes")))
    found = verify(base("Sizes"), head)
    assert found.findings == ()
    assert partners(found)["tab-specs-aaaa"] == "default"


def test_what_lies_in_another_state_now_takes_a_step() -> None:
    """The tab's content moved into a menu that HEAD has and BASE has not."""
    menu = state("menu-more-cccc", TAB, "Menu: More", SPECS)
    head = capture((state(), tabs("details")), (menu, tabs("specs")))
    flat = capture((state(), tabs("details", "specs")))
    assert verify(flat, head).findings == ()
    flat_with_link = capture((state(), tabs("details", "specs", link="Sizes")))
    head_with_link = capture((state(), tabs("details", link="Sizes")), (menu, tabs("specs", link="Sizes")))
    finding = only(verify(flat_with_link, head_with_link))
    assert finding.rule == "hidden"
    assert '"Menu: More"' in finding.detail


def test_a_state_that_head_was_not_let_to_try_is_a_note() -> None:
    skipped = [Skipped("/", "desktop", TAB, "reads as 'buy'")]
    finding = only(verify(base(), capture((state(), tabs("details")), skipped=skipped)))
    assert (finding.rule, finding.severity) == ("state_lost", "info")
    assert "reads as 'buy'" in finding.detail


def test_states_in_a_lost_state_are_no_findings_of_their_own() -> None:
    inner = state("tab-more-dddd", "body > p:nth-of-type(1)", "Tab: More", ("Colour",), parent="tab-specs-aaaa")
    before = capture(
        (state(), tabs("details")), (specs(), tabs("specs")), (inner, tabs("specs", texts=(*SPECS, "Colour")))
    )
    finding = only(verify(before, capture((state(), tabs("details")))))
    assert finding.place.state == "tab-specs-aaaa"


def test_an_element_of_a_state_is_looked_at_in_that_state() -> None:
    head = capture((state(), tabs("details", link="Boots")), (specs(), tabs("specs", link="Boots")))
    finding = only(verify(base("Sizes"), head))
    assert (finding.rule, finding.place.state) == ("renamed", "tab-specs-aaaa")


def test_a_recipe_that_could_not_be_done_again_says_why() -> None:
    lost = base().snapshots[1].state.id
    head = replace(capture((state(), tabs("details"))), undone={("/", "desktop", lost): "step 1 is covered"})
    finding = only(verify(base(), head))
    assert (finding.rule, finding.severity) == ("state_lost", "error")
    assert "its recipe cannot be done again (step 1 is covered)" in finding.detail
