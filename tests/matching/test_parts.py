"""The parts of matching: names, links, assignment, calibration."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heatreel.replay.matching.assignment import assign
from heatreel.replay.matching.candidates import Pairs
from heatreel.replay.matching.pages import probability
from heatreel.replay.matching.sides import _site_links, links_of, read_sides
from heatreel.replay.matching.weights import FITTED, TARGET
from heatreel.replay.matching.words import clean_name, letter_similarity, word_similarity
from matching.trees import Node, page


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("Read more »", "read more"),
        ("Home (current)", "home"),
        ("  Getting   started ¶", "getting started"),
        ("...", ""),
        ("\uf0e0", ""),
        ("7", "7"),
        ("Straße — Übersicht", "straße — übersicht"),
    ],
)
def test_ornaments_are_no_part_of_a_name(raw: str, clean: str) -> None:
    assert clean_name(raw) == clean


texts = st.lists(st.text(alphabet="abcdé 12", max_size=20), min_size=1, max_size=6)


@settings(deadline=None)
@given(texts, texts)
def test_similarity_is_symmetric_and_from_0_to_1(one: list[str], two: list[str]) -> None:
    for measure in (letter_similarity, word_similarity):
        there, back = measure(one, two), measure(two, one)
        assert np.allclose(there, back.T, atol=1e-5)
        assert there.min() >= 0 and there.max() <= 1


@pytest.mark.parametrize(("one", "two"), [("getting started", "getting started!"), ("version 4.3", "version 5.1")])
def test_nearly_the_same_spelling_is_similar(one: str, two: str) -> None:
    near, far = letter_similarity([one], [two, "imprint and legal"])[0]
    assert near > 0.7 > 0.3 > far


def test_links_count_from_the_folder_that_most_lead_into() -> None:
    old = ["/docs/4.0/intro", "/docs/4.0/grid", "/docs/4.0/forms", "/about"]
    new = ["/docs/5.0/intro", "/docs/5.0/grid", "/docs/5.0/forms", "/about"]
    assert _site_links(old) == _site_links(new) == ["intro", "grid", "forms", "/about"]


def test_links_to_the_page_itself_are_the_same_wherever_it_lives() -> None:
    def links(here: str) -> list[str]:
        ids = (Node("h2", "Install", id="install"), Node("h2", "Use", id="use"))
        ways = [f"{here}#install", f"{here}#use", here, "/other#install", "/about"]
        return links_of(page([*ids, *(Node("a", way, href=way) for way in ways)]).elements)[-5:]

    assert (
        links("/v1/before.html") == links("/v2/docs/after.html") == ["#install", "#use", "", "/other#install", "/about"]
    )


def test_what_most_links_lead_to_is_the_page_itself() -> None:
    menu = [Node("a", name, href="/site/index.html") for name in ("one", "two", "three", "four")]
    found = links_of(page([*menu, Node("a", "five", href="/site/five.html")]).elements)
    assert found[-5:] == ["", "", "", "", "/site/five"]


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 4), st.integers(1, 4), st.data())
def test_assignment_is_the_best_there_is(rows: int, cols: int, data: st.DataObject) -> None:
    table = np.array(
        data.draw(st.lists(st.lists(st.integers(-5, 9), min_size=cols, max_size=cols), min_size=rows, max_size=rows))
    )
    one, two = read_sides(*(page([Node("a", f"link {n}") for n in range(count)]) for count in (rows, cols)))
    pairs = Pairs(one, two, np.repeat(np.arange(rows), cols), np.tile(np.arange(cols), rows))
    chosen = assign(pairs, table.ravel().astype(np.float32), 0.0)
    assert len(set(pairs.rows[chosen])) == len(set(pairs.cols[chosen])) == len(chosen)
    side = max(rows, cols)
    padded = np.zeros((side, side))
    padded[:rows, :cols] = np.maximum(table, 0)
    best = max(sum(padded[row, col] for row, col in enumerate(order)) for order in permutations(range(side)))
    assert table.ravel()[chosen].sum() == best


def test_confidence_rises_with_the_score() -> None:
    likely = [probability(score, 1.0) for score in np.linspace(-6, 8, 30)]
    assert likely == sorted(likely)
    assert 0 < likely[0] < 0.5 < likely[-1] < 1


def test_weights_are_oriented() -> None:
    free = {"bias", "texts rewritten"}
    for table in (FITTED.first, FITTED.second, TARGET):
        assert all(weight >= 0 for name, weight in table.items() if name not in free)
