"""What a legend says, once, for the burned-in legend and for the viewer."""

from __future__ import annotations

from dataclasses import dataclass

from heatreel.core.state import DEFAULT, Snapshot
from heatreel.overlays.layers import Layer


@dataclass(frozen=True, slots=True)
class Wording:
    """The texts of a legend. `ticks` are (place on the bar 0 to 1, number); `notes` are warnings.

    `over_page` says that the layer covers the page, so that its colours are known by how they look on white.
    """

    title: str
    place: str
    bar: str
    ticks: tuple[tuple[float, str], ...]
    sample: str
    ledger: str
    notes: tuple[str, ...]
    date: str
    over_page: bool = False


def words_for(layer: Layer, snapshot: Snapshot, ledger: str = "", date: str = "", where: str = "") -> Wording:
    """The legend of a layer over a snapshot. `ledger` is the ledger's line, `where` the segment in words."""
    return Wording(
        title=f"{layer.kind.title} on {snapshot.page}",
        place=_place(snapshot, where),
        bar=_bar(layer),
        ticks=() if layer.empty else _ticks(layer),
        sample=_sample(layer),
        ledger=ledger,
        notes=_notes(layer),
        date=date,
        over_page=layer.kind.drawing == "reach",
    )


def empty_words(layer: Layer) -> str:
    """What an empty layer says about itself."""
    return f"No {layer.kind.noun} here: this layer is empty"


def number(value: float) -> str:
    """A number for people: thousands grouped, digits only as many as mean something."""
    if value >= 100 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.2g}" if value < 10 else f"{value:.0f}"


def _place(snapshot: Snapshot, where: str) -> str:
    viewport = snapshot.viewport
    ratio = f" @{viewport.dpr:g}" if viewport.dpr != 1 else ""
    state = "default state" if snapshot.state.id == DEFAULT else snapshot.state.label
    parts = [f"{viewport.name} {viewport.width} × {viewport.height}{ratio}", state]
    parts += [f"variant {snapshot.variant}"] if snapshot.variant else []
    return " · ".join([*parts, where] if where else parts)


def _bar(layer: Layer) -> str:
    if layer.kind.drawing == "reach":
        return "Visits that saw this far, in %"
    if layer.kind.drawing == "boxes":
        return "Share of the clicks, in %"
    unit = " per 1,000 visits" if layer.spec.unit == "per_1000_visits" else ""
    tone = " (log scale)" if layer.spec.tone == "log" else ""
    return f"{layer.kind.noun.capitalize()} on one spot{unit}{tone}"


def _ticks(layer: Layer) -> tuple[tuple[float, str], ...]:
    if layer.kind.drawing == "reach":
        return tuple((percent / 100, str(percent)) for percent in (0, 25, 50, 75, 100))
    scale = layer.scale
    ticks = [(scale.share_of(tick), number(tick)) for tick in scale.ticks()]
    more = "+" if layer.spec.top is not None else ""
    return (*ticks[:-1], (1.0, ticks[-1][1] + more))


def _sample(layer: Layer) -> str:
    sample = layer.sample
    if layer.empty:
        return empty_words(layer)
    parts = [] if layer.kind.drawing == "reach" else [_count(sample.events, layer.kind.noun)]
    return " · ".join([*parts, _count(sample.visits, "visits"), _count(sample.sessions, "sessions")])


def _count(count: int, noun: str) -> str:
    return f"{count:,} {noun[:-1] if count == 1 and noun.endswith('s') else noun}"


def _notes(layer: Layer) -> tuple[str, ...]:
    notes = []
    if layer.small_sample and not layer.empty:
        sessions = _count(layer.sample.sessions, "sessions")
        notes.append(f"Small sample: {sessions}; wait for {layer.kind.enough} before you trust differences")
    if layer.sample.cut:
        notes.append(f"{_count(layer.sample.cut, layer.kind.noun)} off the page, not painted")
    if layer.sample.covered:
        covered = _count(layer.sample.covered, layer.kind.noun)
        notes.append(f"{covered} under fixed elements or further down inner scrollers, not painted")
    return tuple(notes)
