"""How well verify finds what changed: seeded changes of real pages, and the demo shop against its redesign.

    .venv/bin/python scripts/benches/verify.py                       # the pages of tests/sites, at two viewports
    .venv/bin/python scripts/benches/verify.py --pairs FOLDER        # old pages of a folder of pairs instead
    .venv/bin/python scripts/benches/verify.py --shop                # the shop against its redesign, three viewports
    .venv/bin/python scripts/benches/verify.py --broken 3            # tabs, menus, dialogs that do nothing any more
    .venv/bin/python scripts/benches/verify.py --flakes 20           # builds that have not changed, three viewports

For each kind of change: how often it was made, how often found, and what was found beside it ("not told": findings
that name none of what was changed). Nobody would notice the kinds of the second table; any finding there is wrong.
Pages marked * were looked at while the rules were written; the others were not.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[0] = str(ROOT / "tests")  # instead of this folder, where this file would stand for tests/verify

from heatreel.core.viewport import DEFAULT_VIEWPORTS, Viewport  # noqa: E402
from serving import served  # noqa: E402
from verify.breaking import print_broken  # noqa: E402
from verify.flakes import print_flakes  # noqa: E402
from verify.mutating import EXPECTED, NEUTRAL, Mutated, mutated  # noqa: E402
from verify.redesign import capture_both, compare, lines, read_changes, score  # noqa: E402

SITES = ROOT / "tests" / "sites" / "node_modules"
LOOKED_AT = (
    "startbootstrap-modern-business/index.html",
    "startbootstrap-modern-business/faq.html",
    "startbootstrap-modern-business/contact.html",
    "startbootstrap-modern-business/pricing.html",
    "startbootstrap-modern-business/portfolio-item.html",
    "spectre.css/docs/components/cards.html",
    "spectre.css/docs/components/menu.html",
    "spectre.css/docs/elements/forms.html",
)
NEVER_LOOKED_AT = (
    "owl.carousel/docs/demos/basic.html",
    "owl.carousel/docs/index.html",
    "jquery-ui/demos/tabs/default.html",
    "jquery-ui/demos/dialog/modal-form.html",
    "accessible-autocomplete/examples/form.html",
    "mithril/examples/todomvc/index.html",
    "impress.js/index.html",
    "startbootstrap-modern-business/blog-post.html",
    "spectre.css/docs/components/pagination.html",
)


@dataclass
class Row:
    """Counts of one kind of change."""

    made: int = 0
    found: int = 0
    told: int = 0
    not_told: int = 0
    examples: list[str] = field(default_factory=list)

    def add(self, one: Mutated) -> None:
        findings = one.findings()
        mine = [finding for finding in findings if one.is_hit(finding) or one.is_consequence(finding)]
        self.made += 1
        self.found += any(one.is_hit(finding) for finding in findings)
        self.told += len(mine)
        self.not_told += len(findings) - len(mine)
        self.examples += [f"{one.page} {one.kind}: {finding.detail}" for finding in findings if finding not in mine]
        if one.kind in EXPECTED and not any(one.is_hit(finding) for finding in findings):
            self.examples.append(f"{one.page} {one.kind}: missed {[target.selector for target in one.targets]}")


async def measure(root: Path, pages: Sequence[str], viewport: Viewport, each: int, seed: int) -> dict[str, Row]:
    """The counts by kind for some pages of a folder."""
    rows = {kind: Row() for kind in (*EXPECTED, *NEUTRAL)}
    with ExitStack() as stack:
        bases = {home: stack.enter_context(served(root / home)) for home in {page.split("/")[0] for page in pages}}
        urls = [(page, f"{bases[page.split('/')[0]]}/{page.partition('/')[2]}") for page in pages]
        async for one in mutated(urls, viewport, tuple(rows), each, seed):
            rows[one.kind].add(one)
    return rows


def print_rows(title: str, rows: dict[str, Row], examples: bool) -> None:
    print(f"\n{title}\n{'change':<12}{'made':>6}{'found':>7}{'recall':>9}{'told':>6}{'not told':>10}{'precision':>11}")
    seen = [rows[kind] for kind in EXPECTED if rows[kind].made]
    total = Row(sum(row.made for row in seen), sum(row.found for row in seen), sum(row.told for row in seen),
                sum(row.not_told for row in seen))  # fmt: skip
    for kind, row in [*((kind, rows[kind]) for kind in EXPECTED), ("all of these", total)]:
        if row.made:
            told = row.told + row.not_told
            precision = f"{100 * row.told / told:.1f} %" if told else "-"
            recall = f"{100 * row.found / row.made:.1f} %"
            print(f"{kind:<12}{row.made:>6}{row.found:>7}{recall:>9}{row.told:>6}{row.not_told:>10}{precision:>11}")
    print(f"{'not noticed':<12}{'made':>6}{'with findings':>15}")
    for kind in NEUTRAL:
        if rows[kind].made:
            print(f"{kind:<12}{rows[kind].made:>6}{rows[kind].not_told:>15}")
    if examples:
        for row in rows.values():
            for text in row.examples:
                print(f"  {text}")


async def shop(viewports: tuple[Viewport, ...], workers: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        started = time.monotonic()
        await capture_both(Path(folder), viewports, workers=workers)
        captured = time.monotonic()
        found, before, _ = compare(Path(folder))
        verified = time.monotonic()
        print(f"captured both builds in {captured - started:.0f} s, verified in {verified - captured:.1f} s")
        print("\n".join(lines(score(found, before, await read_changes(viewports)))))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=Path, help="folder of page pairs: FOLDER/ID/before.html")
    parser.add_argument("--shop", action="store_true", help="the demo shop against its redesign")
    parser.add_argument("--flakes", type=int, metavar="RUNS", help="capture the same build so often, and verify")
    parser.add_argument("--broken", type=int, metavar="STATES", help="break so many tabs, menus, dialogs of each page")
    parser.add_argument("--site", action="append", help="with --flakes: shop or a package; default: all")
    parser.add_argument("--each", type=int, default=2, help="changes of each kind for each page")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--viewport", action="append", help="NAME=WxH[@DPR][,touch]; default: desktop and mobile")
    parser.add_argument("--workers", type=int, default=2, help="browsers of the capture of the shop")
    parser.add_argument("--examples", action="store_true", help="list what was missed or not told")
    chosen = parser.parse_args()
    viewports = tuple(Viewport.parse(text) for text in chosen.viewport or ())
    if chosen.broken:
        print_broken(SITES, viewports or DEFAULT_VIEWPORTS[:1], chosen.broken)
        return
    if chosen.flakes:
        print_flakes(chosen.site or (), SITES, chosen.flakes, viewports or DEFAULT_VIEWPORTS, chosen.workers)
        return
    if chosen.shop:
        asyncio.run(shop(viewports or DEFAULT_VIEWPORTS, chosen.workers))
        return
    sets = {"pages not looked at": NEVER_LOOKED_AT, "pages looked at *": LOOKED_AT}
    root = SITES
    if chosen.pairs:
        root = chosen.pairs
        sets = {"old pages of pairs *": tuple(f"{path.name}/before.html" for path in sorted(root.iterdir()))}
    for viewport in viewports or (DEFAULT_VIEWPORTS[0], DEFAULT_VIEWPORTS[2]):
        for title, pages in sets.items():
            rows = asyncio.run(measure(root, pages, viewport, chosen.each, chosen.seed))
            print_rows(f"{title}, {viewport}", rows, chosen.examples)


if __name__ == "__main__":
    main()
