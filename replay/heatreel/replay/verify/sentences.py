"""What a finding says: one sentence with the numbers. Names come from pages: they are quoted, folded and cut."""

from __future__ import annotations

from heatreel.core.element import Outline
from heatreel.replay.verify.changes import cover_root
from heatreel.replay.verify.groups import Group
from heatreel.replay.verify.order import Move
from heatreel.replay.verify.subjects import called, kind_word, title

LONGEST_NAME = 60
LISTED = 4


def quoted(name: str) -> str:
    """A name of a page within a sentence: one line, at most 60 characters, no control characters."""
    text = " ".join("".join(char if char.isprintable() else " " for char in name).split())
    text = text if len(text) <= LONGEST_NAME else text[: LONGEST_NAME - 1].rstrip() + "…"
    return f'"{text}"'


def px(value: float) -> str:
    return f"{value:,.0f} px"


def counted(number: int, word: str) -> str:
    return f"{number:,} {word}" + ("" if number == 1 else "s")


def thing(outline: Outline, index: int) -> str:
    """An element in words: kind and name, or kind and selector when it has none."""
    element = outline.elements[index]
    name = title(outline, index)
    if name:
        return f"{kind_word(element)} {quoted(name)}"
    return (
        f"{kind_word(element)} at {element.selector}" if len(element.selector) <= LONGEST_NAME else kind_word(element)
    )


def subject_of(group: Group) -> str:
    """What a finding is about: the element, the block with its elements, or the list of what shares the change."""
    first = group.first
    outline = first.pair.before.outline
    here = [change for change in group.changes if change.pair is first.pair]
    if group.block >= 0 and len(here) > 1:
        others = sum(change.before != group.block for change in here)
        return f"{thing(outline, group.block)} with {counted(others, 'element')}"
    if len(here) == 1:
        return thing(outline, first.before)
    names = list(dict.fromkeys(called(change.element) for change in here if called(change.element)))
    kinds = {kind_word(change.element) for change in here}
    if len(names) == 1:
        return f"{counted(len(here), kinds.pop() if len(kinds) == 1 else 'element')} {quoted(names[0])}"
    listed = ", ".join(quoted(name) for name in names[:LISTED])
    more = f" and {len(names) - LISTED} more" if len(names) > LISTED else ""
    return f"{counted(len(here), 'element')} ({listed}{more})" if names else counted(len(here), "element")


def sentence(group: Group, clicks: int | None, share: float | None) -> str:
    """The whole sentence of a finding: what changed, its clicks, and where else."""
    first = group.first
    subject = subject_of(group)
    text = subject[:1].upper() + subject[1:] + " " + _PREDICATES[first.rule](group)
    if clicks is not None and share is not None:
        text += f"; {counted(clicks, 'click')} on BASE ({100 * share:.1f} %)"
    if not all(change.sure for change in group.changes):
        text += f"; the match is uncertain ({100 * first.confidence:.0f} %)"
    return text + _elsewhere(group) + "."


def _elsewhere(group: Group) -> str:
    """Where else the change was met: viewports, states by their labels, pages."""
    kinds = {
        "viewport": [change.place.viewport for change in group.changes],
        "state": [change.pair.before.snapshot.state.label for change in group.changes],
        "page": [change.place.page for change in group.changes],
    }
    parts = []
    for word, names in kinds.items():
        others = [name for name in dict.fromkeys(names) if name != names[0]]
        if others:
            shown = [quoted(name) if word == "state" else name for name in others[:LISTED]]
            more = f" and {len(others) - LISTED} more" if len(others) > LISTED else ""
            parts.append(f"{word}{'s' if len(others) > 1 else ''} {', '.join(shown)}{more}")
    return f"; also at {', and '.join(parts)}" if parts else ""


def _plural(group: Group) -> bool:
    here = [change for change in group.changes if change.pair is group.first.pair]
    return group.block < 0 and len(here) > 1


def _is(group: Group) -> str:
    return "are" if _plural(group) else "is"


def _gone(group: Group) -> str:
    change = group.first
    if change.after >= 0:
        return f"{_is(group)} on the page still, but nothing shows {'them' if _plural(group) else 'it'}"
    return f"{_is(group)} gone"


def _hidden(group: Group) -> str:
    return f"{_is(group)} no longer shown at once: {'they take' if _plural(group) else 'it takes'} " + quoted(
        group.first.values["state"]
    )


def _disabled(group: Group) -> str:
    return f"{_is(group)} disabled"


def _dead(group: Group) -> str:
    change = group.first
    if change.values.get("part") is not None:
        inner = thing(change.pair.before.outline, change.values["inner"])
        whose = "the first" if _plural(group) else "it"
        has = "have" if _plural(group) else "has"
        return f"{has} parts that do nothing any more: the {inner}, {100 * change.values['part']:.0f} % of {whose}"
    return f"{'do' if _plural(group) else 'does'} nothing any more"


def _covered(group: Group) -> str:
    change = group.first
    by = thing(change.pair.after.outline, cover_root(change.pair, change.after, change.cause))
    share = f"{100 * change.values['part']:.0f} %"
    until = "" if change.values["always"] else " until one scrolls"
    return f"{_is(group)} covered by {by} ({share} of {'the first' if _plural(group) else 'it'}){until}"


def _destination(group: Group) -> str:
    values = group.first.values
    return f"led to {values['old']} and {'lead' if _plural(group) else 'leads'} " + (
        f"to {values['new']}" if values["new"] else "nowhere"
    )


def _below_fold(group: Group) -> str:
    change = group.first
    values = change.values
    text = f"{_is(group)} below the fold: went down from {px(values['old'])} to {px(values['new'])}"
    if values.get("seen") is not None:
        return f"{text}, where {100 * values['seen']:.0f} % of visits come"
    return text


def _renamed(group: Group) -> str:
    new = group.first.values["new"]
    if group.block >= 0:
        return f"has other names: {quoted(group.first.values['old'])} is {quoted(new)} now"
    return (
        f"{_is(group)} called {quoted(new)} now" if new else f"{'have' if _plural(group) else 'has'} no name any more"
    )


def _smaller(group: Group) -> str:
    old, new = group.first.values["old"], group.first.values["new"]
    return f"shrank from {old[0]:.0f} x {old[1]:.0f} to {new[0]:.0f} x {new[1]:.0f} px"


def _contrast(group: Group) -> str:
    values = group.first.values
    verb = "stand out" if _plural(group) else "stands out"
    return (
        f"{verb} less from what is behind: text has a contrast of {values['ratio']:.1f} and needs {values['needed']:g}"
    )


def _target_size(group: Group) -> str:
    least, new = group.first.values["least"], group.first.values["new"]
    if min(group.first.values["old"]) <= min(new):
        near = "too close to its neighbours" if least <= 24 else f"less than {least:g} px"
        return f"{_is(group)} {new[0]:.0f} x {new[1]:.0f} px, {near} for a finger"
    return _smaller(group) + f", less than the {least:g} px that a finger needs"


def _moved(group: Group) -> str:
    change = group.first
    other = change.element_after
    move: Move = change.values["move"]
    here = [one.values["move"] for one in group.changes if one.pair is change.pair]
    if len({(one.right > 0, one.down > 0) for one in here if abs(one.right) + abs(one.down) >= 1}) > 1:
        return "changed places among their neighbours"
    if other is not None and other.landmark != change.element.landmark:
        text = f"moved from {_landmark(change.element.landmark)} to {_landmark(other.landmark)}"
    else:
        ways = (move.right, "right", "left"), (move.down, "down", "up")
        steps = [f"{px(abs(way))} {more if way > 0 else less}" for way, more, less in ways if abs(way) >= 1]
        text = f"moved {' and '.join(steps)} against {'their' if _plural(group) else 'its'} neighbours"
    if move.passed < 0:
        return text
    return f"{text}, to {'before' if move.before else 'after'} {thing(change.pair.before.outline, move.passed)}"


def _landmark(role: str) -> str:
    words = {
        "banner": "the header",
        "contentinfo": "the footer",
        "main": "the main part",
        "": "outside of any landmark",
    }
    return words.get(role, f"a {role}")


def _state_lost(group: Group) -> str:
    values = group.first.values
    return f"no longer leads to the state {quoted(values['state'])}: {values['why']}"


_PREDICATES = {
    "gone": _gone,
    "hidden": _hidden,
    "disabled": _disabled,
    "not_interactive": _dead,
    "covered": _covered,
    "destination": _destination,
    "below_fold": _below_fold,
    "renamed": _renamed,
    "shrank": _smaller,
    "target_size": _target_size,
    "contrast": _contrast,
    "moved": _moved,
    "state_lost": _state_lost,
}
