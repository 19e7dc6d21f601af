"""Laws of matching page to page, on generated pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from heatreel.core.element import Outline
from heatreel.replay.matching import Match, candidates, match_json, match_pages
from matching.trees import Node, card, page, rewritten, sites

# Without shrinking: a page that fails is small, and each try compares whole pages.
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
relaxed = settings(
    deadline=None, max_examples=20, phases=PHASES, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)

FOOTER = Node("footer", children=(Node("p", "nothing like the rest"), Node("button", "subscribe now")))


def found(before: Outline, after: Outline) -> dict[int, Match]:
    return {match.before: match for match in match_pages(before, after)}


def places(matches: Mapping[int, Match]) -> dict[int, int]:
    return {place: match.after for place, match in matches.items()}


@relaxed
@given(sites())
def test_a_page_is_itself_and_nothing_moved(site: tuple[Node, ...]) -> None:
    outline = page(site)
    for place, match in found(outline, outline).items():
        assert (match.verdict, match.after) == ("matched", place)
        assert match.changes is not None
        assert not match.changes.words and not match.changes.order


@relaxed
@given(sites())
def test_everything_is_found_again_beside_something_new(site: tuple[Node, ...]) -> None:
    before, after = page(site), page([*site, FOOTER])
    assert places(found(before, after)) == {element.index: element.index for element in before.elements}


@relaxed
@given(sites(), sites())
def test_the_same_pairs_come_out_when_the_pages_change_places(one: tuple[Node, ...], two: tuple[Node, ...]) -> None:
    before, after = page([*one, *two[1:2]]), page([*two, *one[1:3]])
    there = {(old, new) for old, new in places(found(before, after)).items() if new >= 0}
    back = {(old, new) for new, old in places(found(after, before)).items() if old >= 0}
    assert there == back


@relaxed
@given(sites(), st.data())
def test_no_two_elements_become_one(site: tuple[Node, ...], data: st.DataObject) -> None:
    other = data.draw(sites())
    taken = [new for new in places(found(page(site), page([*other, *site[1:]]))).values() if new >= 0]
    assert len(taken) == len(set(taken))


@relaxed
@given(sites(least=4), st.data())
def test_what_was_taken_out_is_gone_and_the_rest_is_found(site: tuple[Node, ...], data: st.DataObject) -> None:
    out = data.draw(st.integers(1, len(site) - 1))
    before, after = page(site), page([node for place, node in enumerate(site) if place != out])
    start = [element.index for element in before.elements if element.parent == 0][out]
    matches = found(before, after)
    for element in before.elements:
        match = matches[element.index]
        gone = _under(before, element.index, start)
        if gone and element.name:
            assert match.after < 0, (element, match)
        if not gone and element.name and element.name != "Read more":
            assert match.after >= 0 and after.elements[match.after].name == element.name


def _under(outline: Outline, place: int, top: int) -> bool:
    while place > top:
        place = outline.elements[place].parent
    return place == top


@relaxed
@given(sites(least=4), st.randoms(use_true_random=False))
def test_sections_that_change_places_take_their_headings_along(site: tuple[Node, ...], random: object) -> None:
    sections = list(site[1:])
    random.shuffle(sections)  # type: ignore[attr-defined]
    before, after = page(site), page([site[0], *sections])
    for place, match in found(before, after).items():
        element = before.elements[place]
        if element.tag in ("h2", "h3"):
            assert match.after >= 0 and after.elements[match.after].name == element.name


@relaxed
@given(sites())
def test_hashed_classes_and_ids_change_no_pair(site: tuple[Node, ...]) -> None:
    def marked(node: Node) -> Node:
        return replace(node, id=f"part-{node.name.replace(' ', '-')}" if node.tag == "h2" else "")

    def hashed(node: Node) -> Node:
        return replace(node, id="", classes=tuple(f"x{len(token)}" for token in node.classes))

    named = [rewritten(node, marked) for node in site]
    before, after = page(named), page([*(rewritten(node, hashed) for node in named), FOOTER])
    assert places(found(before, after)) == {element.index: element.index for element in before.elements}


@relaxed
@given(sites(), sites())
def test_the_same_answer_twice(one: tuple[Node, ...], two: tuple[Node, ...]) -> None:
    assert match_pages(page(one), page(two)) == match_pages(page(one), page(two))


@relaxed
@given(sites(least=5))
def test_blocks_of_large_pages_find_the_same(site: tuple[Node, ...]) -> None:
    before, after = page(site), page([site[0], *site[2:], FOOTER])
    every = places(found(before, after))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(candidates, "EVERY_PAIR_LIMIT", 0)
        blocked = places(found(before, after))
    named = [element.index for element in before.elements if element.tag in ("h2", "h3", "a")]
    assert {place: blocked[place] for place in named} == {place: every[place] for place in named}


def test_what_is_hidden_now_is_not_removed() -> None:
    site = [card(name) for name in ("amber basil", "cedar delta", "ember fjord")]
    folded = [rewritten(node, lambda one: replace(one, shown=False)) if node is site[1] else node for node in site]
    before, after = page(site), page(folded)
    for place, match in found(before, after).items():
        hidden = not after.elements[place].visible
        assert match.verdict == ("hidden" if hidden else "matched")
        assert (match.after, match.guess) == ((-1, place) if hidden else (place, -1))


def test_a_hidden_twin_takes_no_visible_place() -> None:
    menu = Node("nav", children=(Node("a", "amber basil", "/amber"), Node("a", "cedar delta", "/cedar")))
    folded = rewritten(menu, lambda one: replace(one, shown=False))
    rest = [card("grove haven"), card("inlet jolly"), FOOTER]
    before, after = page([menu, *rest]), page([folded, menu, *rest])
    matches = found(before, after)
    for element in before.elements:
        if element.tag == "a" and element.href in ("/amber", "/cedar"):
            assert matches[element.index].verdict == "matched"
            assert after.elements[matches[element.index].after].visible


def test_empty_pages_match_nothing() -> None:
    empty, outline = Outline(0, 0, ()), page([card("amber basil")])
    assert match_pages(empty, outline) == []
    assert all(match.verdict == "removed" for match in match_pages(outline, empty))


def test_changes_say_what_a_person_would_notice() -> None:
    rest = tuple(card(name) for name in ("amber basil", "cedar delta", "ember fjord"))
    old = Node("button", "start your free trial", id="trial")
    before = page([old, *rest])
    after = page([*rest, FOOTER, replace(old, name="start your free month")])
    match = found(before, after)[1]
    assert match.after == len(after.elements) - 1
    assert match.changes is not None
    assert {"moved", "renamed"} <= set(match.changes.words)


def test_the_document_names_every_rendered_element_by_path() -> None:
    site = [card("amber basil"), card("cedar delta"), FOOTER]
    before, after = page(site), page([site[0], FOOTER])
    document = match_json(before, after)
    assert document["version"] == 1
    assert [pair["before"] for pair in document["pairs"]] == [before.path(one.index) for one in before.elements]
    gone = next(pair for pair in document["pairs"] if pair["before"].endswith("div:nth-of-type(2) > h3:nth-of-type(1)"))
    assert gone["after"] is None and gone["verdict"] in ("removed", "uncertain")
    for pair in document["pairs"]:
        assert set(pair) >= {"before", "after", "verdict", "confidence", "reasons"}
        assert 0 <= pair["confidence"] <= 1 and pair["reasons"]
