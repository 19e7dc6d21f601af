"""How well elements are found again on pages they were not fitted on, beside published ways, and how fast.

    scripts/bench matching --packages .cache/pages [--pairs FOLDER] [--held-out] [--fit] [--speed]
    scripts/bench matching --unseen .cache/pages

`--packages` names a folder for pages of published packages (npm fetches them), `--pairs` one with rendered pairs.
`--held-out` fits anew for each origin on all the others and reports on it: the honest figure. Without it the weights
that ship are measured on what they were fitted on. `--fit` fits on everything and writes `weights.py`.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

from matching_baselines import BASELINES, Matcher, similo_above
from matching_pages import TRACKS, UNSEEN, Case, folder_sources, load_cases, package_sources, same_spot
from matching_targets import fit_targets, measure_targets, print_targets, targets_held_out, write_targets

from heatreel.core.element import Element, Outline
from heatreel.replay.matching import match_pages
from heatreel.replay.matching import weights as weights_module
from heatreel.replay.matching.weights import FITTED, Weights


def heatreel(weights: Weights = FITTED) -> Matcher:
    """Our own matcher in the shape of the baselines."""
    return lambda before, after: {match.before: match.after for match in match_pages(before, after, weights=weights)}


def score(case: Case, found: Mapping[int, int]) -> Counter[str]:
    """Counts of ok, wrong, miss (kept elements) and right, false (gone elements)."""
    counts: Counter[str] = Counter()
    for old, new in case.truth.items():
        place = found.get(old, -1)
        if new < 0:
            counts["right" if place < 0 else "false"] += 1
        else:
            counts["miss" if place < 0 else "ok" if same_spot(case.after, place, new) else "wrong"] += 1
    return counts


def measure(cases: list[Case], matcher_for: Callable[[Case], Matcher]) -> dict[str, Counter[str]]:
    """Counts and milliseconds of all cases, by track."""
    totals: dict[str, Counter[str]] = {}
    for case in cases:
        matcher = matcher_for(case)
        start = time.process_time()
        found = matcher(case.before, case.after)
        spent = time.process_time() - start
        total = totals.setdefault(case.track, Counter())
        total.update(score(case, found))
        total.update({"us": int(spent * 1e6), "pairs": 1})
    return totals


def line(name: str, counts: Counter[str]) -> str:
    """One row in percent: ok, wrong, miss of the kept, false of the gone, right verdicts of all; ms for each pair."""
    kept, gone = counts["ok"] + counts["wrong"] + counts["miss"], counts["right"] + counts["false"]
    shares = [100 * counts[key] / max(kept, 1) for key in ("ok", "wrong", "miss")]
    shares += [100 * counts["false"] / max(gone, 1), 100 * (counts["ok"] + counts["right"]) / max(kept + gone, 1)]
    return f"{name:24}" + "".join(f"{share:8.1f}" for share in shares) + f"{counts['us'] / 1000 / counts['pairs']:8.0f}"


SHIPPED = Path(str(files(weights_module.__package__) / "weights.py"))
HEAD = f"{'':24}" + "".join(f"{word:>8}" for word in ("ok", "wrong", "miss", "false", "verdict", "ms"))


def print_table(rows: Mapping[str, Mapping[str, Counter[str]]]) -> None:
    """All matchers, track by track."""
    for track in TRACKS:
        if any(track in totals for totals in rows.values()):
            print(f"\n{track}\n{HEAD}")
            for name, totals in rows.items():
                if track in totals:
                    print(line(name, totals[track]))


def best_cut(cases: list[Case]) -> float:
    """The cut-off with which Similo gives the most right verdicts on these very pairs: more than it could know."""
    natural = [case for case in cases if case.track == "natural"]
    cuts = [step / 4 for step in range(12, 29)]

    def right(cut: float) -> int:
        counts = measure(natural, lambda _: similo_above(cut))["natural"]
        return counts["ok"] + counts["right"]

    return max(cuts, key=right)


def fit_all(cases: list[Case], keep: bool) -> dict[str, Weights]:
    """Weights by held-out origin; with `keep` those of all pairs are written to the module that ships."""
    from matching_fit import Example, fit, held_out, tuned, write

    examples = [Example(case) for case in cases]
    by_origin = held_out(examples)
    best = tuned(FITTED, cases, by_origin)
    if keep:
        write(replace(best, **_stages(fit(examples))), SHIPPED)
        print(f"written: accept {best.accept}, calibration {best.calibration}")
    return {
        origin: replace(found, accept=best.accept, calibration=best.calibration) for origin, found in by_origin.items()
    }


def _stages(weights: Weights) -> dict[str, Mapping[str, float]]:
    return {"first": weights.first, "second": weights.second}


def made_page(count: int, words: str) -> Outline:
    """A page of `count` elements in cards of five, every second card nameless: for time only."""
    elements = [Element(0, -1, "body", 1, box=(0, 0, 1280, count * 12), visible=True)]
    while len(elements) < count:
        card, start = len(elements) // 5, len(elements)
        top = start * 12.0
        elements.append(Element(start, 0, "div", card + 1, box=(0, top, 400, 60), visible=True, classes=("card",)))
        for tag, name in (
            ("h3", f"{words} {card % 97} {card}"),
            ("p", f"about {card}"),
            ("a", "Read more"),
            ("img", ""),
        ):
            place = len(elements)
            box = (10.0, top + 12 * (place - start), 200.0, 20.0)
            href = f"/card/{card}" if tag == "a" else ""
            elements.append(Element(place, start, tag, 1, name=name, text=name, href=href, box=box, visible=True))
    return Outline(1280, count * 12.0, tuple(elements[:count]))


def print_speed() -> None:
    """Processor seconds for pages of 500, 1,000 and 5,000 elements, one tenth of whose cards are gone."""
    for count in (500, 1000, 5000):
        before, after = made_page(count, "Card"), made_page(count - count // 10, "Card")
        start = time.process_time()
        match_pages(before, after)
        print(f"{count} x {count - count // 10} elements: {time.process_time() - start:.2f} s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--packages", type=Path, help="folder for the pages of published packages")
    parser.add_argument("--pairs", type=Path, help="folder of rendered, labelled pairs")
    parser.add_argument("--unseen", type=Path, metavar="FOLDER", help="measure on the pairs that nothing is fitted on")
    parser.add_argument("--bundle", type=Path, default=Path(str(files("heatreel.capture") / "bundles" / "page.js")))
    parser.add_argument("--cache", type=Path, default=Path(".cache/outlines"), help="folder for outlines read once")
    parser.add_argument("--tracks", nargs="+", default=TRACKS, choices=TRACKS)
    parser.add_argument("--held-out", action="store_true")
    parser.add_argument("--fit", action="store_true")
    parser.add_argument("--speed", action="store_true")
    args = parser.parse_args()
    sources = [
        *(folder_sources(args.pairs) if args.pairs else []),
        *(package_sources(args.packages) if args.packages else []),
    ]
    if args.unseen:
        sources = package_sources(args.unseen, UNSEEN)
    if args.speed:
        print_speed()
    if not sources:
        return
    tracks = TRACKS if args.fit or args.held_out else tuple(args.tracks)
    cases = load_cases(sources, tracks, args.bundle, args.cache)
    rows: dict[str, dict[str, Counter[str]]] = {}
    if args.held_out or args.fit:
        by_origin = fit_all(cases, args.fit)
        rows["heatreel, held out"] = measure(cases, lambda case: heatreel(by_origin[case.origin]))
        for origin in sorted(by_origin):
            mine = [case for case in cases if case.origin == origin]
            rows[f"  {origin}"] = measure(mine, lambda case: heatreel(by_origin[case.origin]))
    if args.fit:
        write_targets(fit_targets(cases), SHIPPED)
    if not args.fit:
        rows["heatreel, as shipped"] = measure(cases, lambda _: heatreel())
        cut = best_cut(cases)
        others = {**BASELINES, f"Similo, cut {cut:g}": similo_above(cut)}
        rows |= {name: measure(cases, lambda _, matcher=matcher: matcher) for name, matcher in others.items()}
    print(f"{len(sources)} pairs, {sum(len(case.truth) for case in cases if case.track == 'natural')} labels")
    print_table(rows)
    if args.held_out:
        print_targets("held out", targets_held_out(cases))
    elif not args.fit:
        print_targets("as shipped", measure_targets(cases))


if __name__ == "__main__":
    main()
