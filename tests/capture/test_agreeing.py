"""A state has the same id and name in each viewport when it is the same switch."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from capture_exploring import DESKTOP, MOBILE, PAGES
from heatreel.capture.agreeing import Names, agreed
from heatreel.capture.capture import capture
from heatreel.capture.options import CaptureOptions
from heatreel.core.state import DEFAULT, Action, Shown, State
from heatreel.core.workspace import Workspace

BASE = State(DEFAULT, "Default", "default")


def _state(id: str, label: str, selector: str, text: str, kind: str = "menu", parent: str = DEFAULT) -> State:
    return State(id, label, kind, (Action("click", selector),), parent, (Shown("#shown", text),))


MENU = _state("menu-shop-1111", "Menu: Shop", "#shop", "Jackets Trousers Boots")


def test_a_switch_of_another_kind_on_the_phone_is_called_the_same() -> None:
    phone = _state("disclosure-shop-2222", "Open: Shop", "#shop", "Jackets Trousers", "disclosure")
    inner = _state("dialog-size-3333", "Dialog: Size", "#size", "Women 36 to 41", "dialog", phone.id)
    base, menu, dialog = agreed([BASE, phone, inner], [BASE, MENU])
    assert base == BASE
    assert (menu.id, menu.label, menu.kind) == (MENU.id, MENU.label, MENU.kind)
    assert menu.reveals == phone.reveals
    assert dialog.parent == MENU.id


def test_another_menu_that_is_opened_elsewhere_keeps_its_name() -> None:
    other = _state("menu-shop-4444", "Menu: Shop", "#footer-shop", "Imprint Careers Press", "menu")
    assert agreed([BASE, other], [BASE, MENU])[1] == other


def test_a_slide_is_told_by_what_it_shows() -> None:
    wide = _state("carousel-slide-2-aaaa", "Slide 2", "#next", "Four cups Five plates", "carousel")
    narrow = _state("carousel-slide-2-bbbb", "Slide 2", "#next", "Two spoons", "carousel")
    assert agreed([BASE, narrow], [BASE, wide])[1] == narrow


def test_no_two_states_get_one_name() -> None:
    twins = [_state(f"menu-shop-{n}{n}{n}{n}", "Menu: Shop", "#shop", "Jackets Trousers Boots") for n in (5, 6)]
    names = [one.id for one in agreed([BASE, *twins], [BASE, MENU])]
    assert len(set(names)) == 3
    assert MENU.id in names


def test_names_are_waited_for() -> None:
    async def wait() -> list[State]:
        names = Names()
        place = ("/", "desktop", "")
        heard = asyncio.create_task(names.heard([place], lambda _seconds: None))
        await asyncio.sleep(0)
        names.tell(place, [BASE, MENU])
        names.tell(place, [])
        return await heard

    assert asyncio.run(wait()) == [BASE, MENU]


@pytest.mark.browser
def test_a_menu_on_a_desktop_and_its_fold_on_a_phone_are_one_state(
    tmp_path: Path, serve_folder: Callable[[Path], str]
) -> None:
    options = CaptureOptions(viewports=(DESKTOP, MOBILE), routes="none", workers=2)
    asyncio.run(capture(tmp_path, [f"{serve_folder(PAGES)}/numbered.html"], options))
    with Workspace.open(tmp_path) as workspace:
        found = [(one.viewport.name, one.state) for one in workspace.snapshots(workspace.capture())]
    names = {
        viewport: {(state.id, state.label, state.kind) for name, state in found if name == viewport}
        for viewport in ("desktop", "mobile")
    }
    assert len(names["desktop"]) == 3
    assert names["desktop"] == names["mobile"]
