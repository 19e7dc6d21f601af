"""What a first act does not show: the next step, the next batch, what keys do, what comes late."""

from __future__ import annotations

from dataclasses import replace

from heatreel.capture import acting
from heatreel.capture.acting import BASE
from heatreel.capture.changes import Change
from heatreel.capture.found import Found
from heatreel.capture.keeping import Keeping
from heatreel.capture.triggers import Candidate
from heatreel.core.state import Action

SLIDES = 12
STEPS = 8
BATCHES = 2
"""So often a trigger is used again: slides of a carousel, steps of a form, more of a list."""

END = "end"
"""Value of a `scroll` that goes to the end of what there is, for more to come."""

LATE_MS = 30_000
"""What comes by itself later than this, hardly anybody waits for."""

KEYS = {
    "tab": ("ArrowRight", "ArrowDown"),
    "treeitem": ("ArrowRight", "Enter"),
    "row": ("ArrowRight", "Enter"),
    "combobox": ("ArrowDown", "Enter"),
    "menuitem": ("ArrowDown", "ArrowRight", "Enter"),
    "button": ("Enter", "Space"),
    "link": ("Enter",),
    "switch": ("Space", "Enter"),
    "checkbox": ("Space",),
}
"""Keys that open or move on, by role, after the ARIA Authoring Practices."""


async def again(keeping: Keeping, parent: Found, candidate: Candidate, kept: Found, change: Change) -> Change:
    """Uses a trigger again for as long as that leads to states that are not known; returns the last change.

    What only switches back and forth shows the parent state after the first time: then the page is there again.
    """
    at, action = kept, replace(kept.state.recipe[-1])
    grows = change.added and not change.removed
    limit = SLIDES - 2 if kept.state.kind == "carousel" else BATCHES if grows else STEPS
    for number in range(limit):
        step = len(at.state.recipe)
        if not await keeping.tab.ask("reachable", action.selector):
            break
        latest = await acting.do(keeping.tab, action, f"step{step - 1}", f"step{step}")
        if not latest.did:
            break
        change = latest
        if await keeping.tab.ask("sameAs", keeping.sight(parent)):
            keeping.at = parent
            kept.undo = ("click", action.selector) if number == 0 else None
            break
        turned = (
            await keeping.accept(at, candidate, (action,), change, level=kept.level)
            if _is_news(candidate, change)
            else None
        )
        if not turned:
            break
        at = turned
    return change


def _is_news(candidate: Candidate, change: Change) -> bool:
    """Whether a trigger that was used again shows more than what it is called, or takes something away for good."""
    if not change.visible:
        return False
    if change.images or {*change.new_texts} - {candidate.name}:
        return True
    return bool(change.removed) and {*change.added_texts} != {candidate.name}


async def by_keys(keeping: Keeping, parent: Found, candidate: Candidate) -> tuple[Change, tuple[Action, ...]]:
    """The change that a key makes at a widget that does not answer to clicks; one without effect when none does."""
    change, actions = Change(), tuple[Action, ...]()
    for key in KEYS.get(candidate.role, ("Enter",)):
        actions = (Action("press", candidate.at, key),)
        change = await acting.do(keeping.tab, actions[0], keeping.sight(parent), f"step{len(parent.state.recipe)}")
        if change.visible:
            break
    return change, actions


async def along(keeping: Keeping, kept: Found, candidate: Candidate) -> None:
    """Goes along a widget by the key that moved it first: each press is done where the focus has gone to."""
    at, key = kept, kept.state.recipe[-1].value
    for _ in range(SLIDES):
        focus = await keeping.tab.ask("focused")
        if not focus:
            return
        action, step = Action("press", focus, key), len(at.state.recipe)
        change = await acting.do(keeping.tab, action, f"step{step - 1}", f"step{step}")
        named = await with_focus(keeping, candidate)
        moved = await keeping.accept(at, named, (action,), change, level=kept.level) if change.visible else None
        if not moved:
            return
        at = moved


async def with_focus(keeping: Keeping, candidate: Candidate) -> Candidate:
    """The candidate by the name of what has the focus now: of the tab that a key chose."""
    focus = await keeping.tab.ask("focused")
    return replace(candidate, name=(focus and await keeping.tab.ask("nameAt", focus)) or candidate.name)


async def come_late(keeping: Keeping) -> None:
    """States that come by themselves when one waits: a newsletter after six seconds, a notice about cookies.

    The page's own timers are run by need, so that nothing here hangs on the clock.
    """
    default = keeping.found[0]
    for wait in await keeping.tab.ask("comesLate", LATE_MS):
        if not await keeping.stand_at(default):
            return
        action = Action("wait", "", f"{wait:g}")
        change = await acting.do(keeping.tab, action, BASE, "step0")
        keeping.dirty = keeping.dirty or change.storage != keeping.storage
        keeping.at = default if change.same else None
        if change.visible and change.added and not change.moved_on and _appears(change):
            await keeping.accept(default, Candidate("", "", "late"), (action,), change)


async def scroll_on(keeping: Keeping) -> None:
    """More of a list without end, batch by batch, beyond what the default state holds of it."""
    at = keeping.found[0]
    if not (at.state.settled or {}).get("endless"):
        return
    action = Action("scroll", "html", END)
    for number in range(BATCHES):
        if number == 0 and not await keeping.stand_at(at):
            return
        keeping.at = None
        keeping.tab.earn(keeping.tab.pace_s)
        step = len(at.state.recipe)
        change = await acting.do(keeping.tab, action, f"step{step - 1}" if step else BASE, f"step{step}")
        if not change.new_texts and not change.images:
            return
        more = await keeping.accept(at, Candidate("html", "html", "more"), (action,), change, level=1)
        if not more:
            return
        at = more


def _appears(change: Change) -> bool:
    """Whether something came over or into the page; what takes the place of other things plays by itself."""
    if any(root.slide for root in change.roots):
        return False
    return not change.removed or any(root.is_dialog or root.overlay in ("fixed", "top") for root in change.roots)
