"""What a legend says, once, for the burned-in legend and for the viewer."""

from __future__ import annotations

from dataclasses import dataclass

from heatreel.core.state import DEFAULT, Snapshot
from heatreel.overlays.difference import Difference
from heatreel.overlays.layers import Layer

# So many groups of links to one place are told.
_MOST_DESTINATIONS = 4

# So many error signatures are told one by one.
_MOST_SIGNATURES = 4

Colour = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Wording:
    """The texts of a legend. `ticks` are (place on the bar 0 to 1, number); `swatches` colours with their words,
    in place of a bar; `details` lines that tell more; `notes` are warnings.

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
    swatches: tuple[tuple[Colour, str], ...] = ()
    details: tuple[str, ...] = ()


def words_for(layer: Layer, snapshot: Snapshot, ledger: str = "", date: str = "", where: str = "") -> Wording:
    """The legend of a layer over a snapshot. `ledger` is the ledger's line, `where` the segment in words."""
    return Wording(
        title=f"{title_of(layer)} on {snapshot.page}",
        place=place_words(snapshot, where),
        bar=_bar(layer),
        ticks=() if layer.empty or layer.dots is not None else _ticks(layer),
        sample=_sample(layer),
        ledger=ledger,
        notes=_notes(layer),
        date=date,
        over_page=layer.kind.drawing in ("reach", "attention"),
        swatches=() if layer.empty or layer.dots is None else _swatches(layer),
        details=_details(layer),
    )


def empty_words(layer: Layer) -> str:
    """What an empty layer says about itself."""
    return f"No {layer.kind.noun} here: this layer is empty"


def title_of(layer: Layer) -> str:
    """What a layer is called: time on screen is attention only where eyes were tracked."""
    calibrated = layer.attention is not None and layer.attention.gaze_fit is not None
    return "Attention" if calibrated else layer.kind.title


def number(value: float) -> str:
    """A number for people: thousands grouped, digits only as many as mean something."""
    if abs(value) >= 100 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.2g}" if abs(value) < 10 else f"{value:.0f}"


def counted(count: int, noun: str) -> str:
    """A count with its noun, in the singular for one."""
    if count != 1 or not noun.endswith("s"):
        return f"{count:,} {noun}"
    return f"{count:,} {noun.removesuffix('es') if noun.endswith('sses') else noun[:-1]}"


def place_words(snapshot: Snapshot, where: str = "") -> str:
    """Capture, viewport, state, variant and segment of a layer."""
    viewport = snapshot.viewport
    ratio = f" @{viewport.dpr:g}" if viewport.dpr != 1 else ""
    state = "default state" if snapshot.state.id == DEFAULT else snapshot.state.label
    parts = [f"“{snapshot.capture}”", f"{viewport.name} {viewport.width} × {viewport.height}{ratio}", state]
    parts += [f"variant {snapshot.variant}"] if snapshot.variant else []
    return " · ".join([*parts, where] if where else parts)


def _bar(layer: Layer) -> str:
    if layer.difference is not None:
        return "Visits that did so on one spot, per 1,000: less · more"
    match layer.kind.drawing:
        case "reach":
            return "Visits that saw this far, in %"
        case "attention":
            return "Seconds on screen, on average of the visits"
        case "boxes":
            return "Share of the clicks, in %"
        case "dots":
            return ""
    what = "Seconds" if layer.kind.measure == "seconds" else layer.kind.noun.capitalize()
    unit = " per 1,000 visits" if layer.spec.unit == "per_1000_visits" else ""
    tone = "" if layer.scale.tone == "linear" else " (log scale)"
    return f"{what} on one spot{unit}{tone}"


def _ticks(layer: Layer) -> tuple[tuple[float, str], ...]:
    if layer.kind.drawing == "reach":
        return tuple((percent / 100, str(percent)) for percent in (0, 25, 50, 75, 100))
    scale = layer.scale
    if layer.kind.drawing == "attention":
        return tuple((place, number(place * scale.top)) for place in (0, 0.25, 0.5, 0.75, 1))
    if layer.difference is not None:
        return (0.0, number(-scale.top)), (0.5, "0"), (1.0, f"+{number(scale.top)}")
    ticks = [(scale.share_of(tick), number(tick)) for tick in scale.ticks()]
    more = "+" if layer.spec.top is not None else ""
    return (*ticks[:-1], (1.0, ticks[-1][1] + more))


def _swatches(layer: Layer) -> tuple[tuple[Colour, str], ...]:
    if layer.dots is None:
        return ()
    return tuple((group.colour, f"{group.label} · {group.count:,}") for group in layer.dots.groups)


def _sample(layer: Layer) -> str:
    sample = layer.sample
    if layer.empty:
        return empty_words(layer)
    if layer.difference is not None:
        sides = (layer.difference.before, layer.difference.after)
        return " → ".join(f"{side.name}: {counted(side.visits, 'visits')}" for side in sides)
    parts = [] if layer.kind.drawing in ("reach", "attention") else [counted(sample.events, layer.kind.noun)]
    if layer.kind.measure == "seconds" and sample.seconds:
        parts.append(f"{number(sample.seconds)} s")
    return " · ".join([*parts, counted(sample.visits, "visits"), counted(sample.sessions, "sessions")])


def _details(layer: Layer) -> tuple[str, ...]:
    if layer.difference is not None:
        return _changes(layer.difference)
    told = [f"{text} · {count:,}" for text, count in layer.signatures[:_MOST_SIGNATURES]]
    if len(layer.signatures) > _MOST_SIGNATURES:
        rest = layer.signatures[_MOST_SIGNATURES:]
        told.append(f"{len(rest)} other errors · {sum(count for _, count in rest):,}")
    if layer.rows:
        told.append("Labels: clicks · share of the clicks · visits with a click there · share of the first clicks")
    told += [destination.words for destination in layer.destinations[:_MOST_DESTINATIONS]]
    found = layer.attention
    if found is not None and found.gaze_fit is not None:
        told.append(f"Calibrated by {found.fixations:,} fixations; rank correlation with them {found.gaze_fit:.2f}")
    elif found is not None and not layer.empty:
        told.append("Time on screen, not proof of looking; pauses over 30 s count as 30 s, hidden tabs not at all")
    if found is not None and found.measured and not layer.empty:
        told.append(f"Seen-time of {counted(len(found.measured), 'parts')} measured by the visitors' browsers")
    if layer.spec.one_vote:
        told.append("One vote for each session in each place")
    return tuple(told)


def _changes(found: Difference) -> tuple[str, ...]:
    surely = sum(one.significant for one in found.elements)
    told = [
        "A visit counts once in each place. Heat is painted only where the change is significant at 99 %",
        f"{surely:,} of {counted(len(found.elements), 'elements')} changed significantly (of these 5 % by chance) and"
        " are marked with their visits per 1,000 and the 95 % interval of the change",
    ]
    if not found.painted and not surely:
        told.append("Nothing here differs by more than chance")
    return tuple(told)


def _notes(layer: Layer) -> tuple[str, ...]:
    notes = []
    sample = layer.sample
    if layer.small_sample and not layer.empty:
        sessions = counted(sample.sessions, "sessions")
        notes.append(f"Small sample: {sessions}; wait for {layer.kind.enough} before you trust differences")
    if layer.difference is not None:
        lost = [(side.name, side.lost) for side in (layer.difference.before, layer.difference.after) if side.lost]
        notes += [f"{name}: {counted(count, 'events')} have no place on this page" for name, count in lost]
    if sample.sampled:
        notes.append(f"Sampled: {counted(sample.recorded, 'recorded ' + layer.kind.noun)} stand for {sample.events:,}")
    if sample.cut:
        notes.append(f"{counted(sample.cut, layer.kind.noun)} off the page, not painted")
    if sample.covered and layer.kind.drawing == "boxes":
        notes.append(f"{counted(sample.covered, layer.kind.noun)} on elements further down inner scrollers, not drawn")
    elif sample.covered:
        covered = counted(sample.covered, layer.kind.noun)
        notes.append(f"{covered} under fixed elements or further down inner scrollers, not painted")
    return tuple(notes)
