"""The look of two builds: what has moved is compared where it is now, and what changes by itself is left out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter

from heatreel.core.config import VerifyConfig
from heatreel.core.element import Outline
from heatreel.core.workspace import Workspace
from heatreel.overlays.lettering import font
from heatreel.replay.verify import ElementMemory
from heatreel.replay.verify.look import Look, Picture, compare_looks
from heatreel.replay.verify.noise import Noise
from verify.drawing import Page
from verify.test_verify import compare, shop

NAMES = ("Gear and packs", "Care and repair", "Journal of the hills", "Stores near you", "Help with an order")
COLOURS = {name: (40 + 35 * at, 90, 200 - 30 * at) for at, name in enumerate(NAMES)}


def page(top: float = 40, names: tuple[str, ...] = NAMES, wide: float = 240) -> Outline:
    made = Page(900)
    for at, name in enumerate(names):
        made.add("a", (30, top + 90 * at, wide, 60), name, href=f"/{name.split()[0].lower()}")
    return made.done()


def painted(outline: Outline, colours: dict[str, tuple[int, int, int]] = COLOURS, dpr: int = 1) -> Picture:
    image = Image.new("RGB", (int(outline.width) * dpr, int(outline.height) * dpr), (250, 250, 245))
    draw = ImageDraw.Draw(image)
    for element in outline.elements[1:]:
        x, y, w, h = (int(value) * dpr for value in element.box)
        draw.rounded_rectangle((x, y, x + w - 1, y + h - 1), 10 * dpr, fill=colours[element.name])
        draw.text((x + 16 * dpr, y + 18 * dpr), element.name, font=font(16 * dpr), fill=(255, 255, 255))
    return np.asarray(image, np.uint8)


def look(before: Outline, after: Outline, one: Picture, two: Picture, masked: frozenset[str] = frozenset()) -> Look:
    pairs = ElementMemory().pair(before, after)
    return compare_looks(pairs, one, two, (one.shape[1] / before.width, two.shape[1] / after.width), masked)


def names_of(outline: Outline, found: Look) -> list[str]:
    return sorted(outline.by_selector[one.selector].name for one in found.elements)


@pytest.mark.parametrize("dpr", [1, 2])
def test_the_same_picture_has_no_difference(dpr: int) -> None:
    found = look(page(), page(), painted(page(), dpr=dpr), painted(page(), dpr=dpr))
    assert found.share == 0 and not found.elements and found.compared == 1000 * 900 * dpr**2


def test_what_moved_as_it_was_is_no_difference() -> None:
    before, after = page(), page(top=360)
    assert look(before, after, painted(before), painted(after)).elements == ()
    turned = page(names=tuple(reversed(NAMES)))
    assert look(before, turned, painted(before), painted(turned)).elements == ()


def test_what_was_painted_otherwise_is_named_and_nothing_else() -> None:
    outline = page()
    other = painted(outline, COLOURS | {NAMES[1]: (10, 10, 10), NAMES[3]: (220, 220, 30)})
    found = look(outline, outline, painted(outline), other)
    assert names_of(outline, found) == [NAMES[1], NAMES[3]]
    assert found.differing == pytest.approx(2 * 240 * 60, rel=0.1)


def test_edges_that_are_smoothed_otherwise_are_no_difference() -> None:
    outline = page()
    sharp = painted(outline, dpr=2)
    once = Image.fromarray(sharp).filter(ImageFilter.GaussianBlur(0.5))
    assert look(outline, outline, sharp, np.asarray(once, np.uint8)).elements == ()
    shifted = np.roll(sharp, 1, axis=1)
    assert look(outline, outline, sharp, shifted).elements == ()


def test_what_is_gone_differs_as_a_whole() -> None:
    before, after = page(), page(names=NAMES[:-1])
    found = look(before, after, painted(before), painted(after))
    assert names_of(before, found) == [NAMES[-1]] and found.elements[0].share == 1


def test_masked_elements_are_left_out() -> None:
    outline = page()
    other = painted(outline, COLOURS | {NAMES[1]: (10, 10, 10)})
    masked = frozenset({next(one.selector for one in outline.elements if one.name == NAMES[1])})
    assert look(outline, outline, painted(outline), other, masked).elements == ()


def test_another_size_differs_by_colour_only() -> None:
    before, after = page(), page(wide=300)
    assert look(before, after, painted(before), painted(after)).elements == ()
    other = painted(after, COLOURS | {NAMES[0]: (250, 210, 20)})
    assert names_of(before, look(before, after, painted(before), other)) == [NAMES[0]]


def test_noise_takes_away_what_changes_by_itself_and_no_more() -> None:
    quiet = Noise.of(compare(shop(), shop(buy="Order 3 packs")))
    again = compare(shop(), shop(buy="Purchase"))
    assert again and quiet.without(again) == ([], len(again))
    worse = compare(shop(), shop(disabled=True))
    assert quiet.without(worse) == (list(worse), 0)


def test_a_bound_on_the_look_is_a_rule(tmp_path: Path) -> None:
    from datetime import date

    from heatreel.app.comparing import More
    from heatreel.app.verifying import verify_captures
    from heatreel.core.state import State
    from heatreel.overlays.encode import png
    from verify.drawing import DESKTOP
    from verify.test_commands import as_json

    outline = page()
    plain, other = painted(outline), painted(outline, COLOURS | {NAMES[1]: (10, 10, 10)})
    clock = painted(outline, COLOURS | {NAMES[1]: (200, 200, 200)})
    with Workspace.writing(tmp_path / "w") as workspace:
        for label, picture in (("base", plain), ("head", other), ("again", clock), ("same", plain)):
            capture = workspace.begin_capture(label, workspace.site(), "Chromium 1", "Linux", {})
            number = workspace.add_page(capture, "/", "http://127.0.0.1/", "Shop")
            state = State("default", "Default", "default")
            workspace.add_snapshot(number, DESKTOP, "", state, (1000, 900), png(picture), "{}", as_json(outline))
            workspace.finish_capture(capture)

    def run(labels: tuple[str, str], bound: float | None, noise: str = "") -> list[str]:
        rules = VerifyConfig(look=bound)
        done = verify_captures(
            tmp_path / "w", labels, rules, tmp_path / "a.toml", date(2026, 1, 1), lambda _: None, More(noise)
        )
        return [finding.rule for finding in done.judged.failing]

    assert run(("base", "head"), None) == []
    assert run(("base", "head"), 1.0) == ["look"]
    assert run(("base", "head"), 5.0) == []
    assert run(("base", "same"), 0.0) == []
    # The element that differs between two captures of one build is left out.
    assert run(("base", "head"), 0.0, "again") == []
