"""Finding one snapshot of a capture by what a person calls it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from heatreel.core.errors import InputError
from heatreel.core.state import DEFAULT, Snapshot


def choose_snapshot(
    snapshots: Iterable[Snapshot], page: str = "", viewport: str = "", state: str = "", variant: str = ""
) -> Snapshot:
    """The snapshot of a page (route, path or URL), viewport, state (id or label) and variant.

    What is left out is the first there is, for the state the default state. Raises `InputError` that lists
    what there is when a name is unknown.
    """
    found = list(snapshots)
    if not found:
        raise InputError("the capture holds no snapshots; run `heatreel capture URL`")
    found = _narrow(found, page, "page", lambda one: (one.page, one.url))
    found = _narrow(found, viewport, f"viewport of {found[0].page}", lambda one: (one.viewport.name,))
    found = _narrow(found, variant, f"variant of {found[0].page}", lambda one: (one.variant,))
    wanted = state or (DEFAULT if any(one.state.id == DEFAULT for one in found) else found[0].state.id)
    return _narrow(found, wanted, f"state of {found[0].page}", lambda one: (one.state.id, one.state.label))[0]


def _narrow(
    snapshots: list[Snapshot], wanted: str, what: str, names: Callable[[Snapshot], tuple[str, ...]]
) -> list[Snapshot]:
    """The snapshots that go by a name, or all of the first one's when none is asked for."""
    if not wanted:
        first = names(snapshots[0])[0]
        return [one for one in snapshots if names(one)[0] == first]
    exact = [one for one in snapshots if wanted in names(one)]
    loose = exact or [one for one in snapshots if wanted.casefold() in {name.casefold() for name in names(one)}]
    if not loose:
        known = dict.fromkeys(names(one)[0] for one in snapshots)
        raise InputError(f"no {what} called {wanted!r}; there are: {', '.join(known)}")
    return loose
