"""Layers against what else there is, side by side in one run: heatmap.js, simpleheat and PostHog's way in a headless
browser, a textbook OpenCV pipeline, datashader where it is installed, and the floor, encoding alone.

Every candidate runs in each round, twice in a row, of which the second is timed: warm, as in a server that paints one
layer after the other. Ratios are medians of the rounds' ratios, so that a busy machine disturbs all alike. At 10^7
events, where simpleheat takes minutes, there is one round of one run. `npm ci --prefix scripts/benches/peers`
brings the browser's libraries.

    scripts/bench overlays --sizes 1e3,1e5,1e6 --rounds 5 --json out.json
"""

from __future__ import annotations

import argparse
import base64
import json
import math
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from overlays_events import events, page

from heatreel.core.element import Outline
from heatreel.core.state import Snapshot, State
from heatreel.core.viewport import Viewport
from heatreel.overlays import encode
from heatreel.overlays.colour import FIRST_LEVEL
from heatreel.overlays.counts import SHARE_BELOW, aggregate, cell_for
from heatreel.overlays.deflate import compressor_name
from heatreel.overlays.density import density, spot_cells
from heatreel.overlays.enlarge import enlarge
from heatreel.overlays.layers import Layer, LayerSpec, draw_layer, lay, overlay_png, small_overlay_png
from heatreel.overlays.tone import fit, levels

HERE = Path(__file__).resolve().parent
SPEC = LayerSpec()
NOTHING = Outline(1440, 6000, ())
PEERS = ("heatmap.js", "PostHog's way", "simpleheat")
MANY = 10**7
"""With so many events one round must do."""

Points = tuple[NDArray[np.float32], NDArray[np.float32]]
Picture = NDArray[np.uint8]


# Ours


def snapshot_of(width: int, height: int) -> Snapshot:
    state = State("default", "Default", "default")
    viewport = Viewport("desktop", width, 900)
    return Snapshot(1, "bench", "/", "", "", viewport, "", state, width, height, "", "", "")


def hits_of(points: Points) -> Any:
    """Hits with the columns that drawing reads; the text column of events is a view of one empty text."""
    from heatreel.core.hits import TYPES, Hits

    count = len(points[0])
    session = np.arange(count, dtype=np.int32) // 5
    return Hits(
        event=np.broadcast_to(np.array("", dtype="U1"), (count,)),
        session=session,
        visit=session,
        type=np.full(count, TYPES.index("click"), np.uint8),
        signals=np.zeros(count, np.uint16),
        x=points[0],
        y=points[1],
        element=np.full(count, -1, np.int32),
        confidence=np.ones(count, np.float32),
        time_ms=np.zeros(count),
    )


def level_map(points: Points, width: int, height: int) -> Picture:
    """Counts, density, tone and enlargement: what a canvas library calls drawing, but for its colours."""
    cell = cell_for(SPEC.sigma)
    counts = aggregate(*points, width, height, cell, shared=len(points[0]) < SHARE_BELOW)
    heat = density(counts, SPEC.sigma)
    return enlarge(levels(heat, fit([heat])), (Fraction(cell), Fraction(cell)), 0, height, width)


# The textbook: what most OpenCV snippets do


def textbook_levels(points: Points, width: int, height: int) -> Picture:
    flat = points[1].astype(np.int64) * width + points[0].astype(np.int64)
    counts = np.bincount(flat, minlength=width * height).reshape(height, width).astype(np.float32)
    blurred = cv2.GaussianBlur(counts, (0, 0), SPEC.sigma)
    return np.asarray(cv2.normalize(blurred, None, 0, 255, cv2.NORM_MINMAX), np.float32).astype(np.uint8)


def textbook(points: Points, picture: Picture) -> bytes:
    height, width = picture.shape[:2]
    found = textbook_levels(points, width, height)
    colour = cv2.applyColorMap(found, cv2.COLORMAP_JET).astype(np.float32)
    alpha = (found.astype(np.float32) * np.float32(0.8 / 255))[..., None]
    blended = (colour * alpha + picture * (1 - alpha)).astype(np.uint8)
    return bytes(cv2.imencode(".png", blended)[1])


# Datashader, when it is there


def datashader_draw(points: Points, width: int, height: int) -> Callable[[], object] | None:
    try:
        import datashader
        import datashader.transfer_functions as shade
        import pandas
    except ImportError:
        return None
    frame = pandas.DataFrame({"x": points[0], "y": points[1]})
    canvas = datashader.Canvas(width, height, x_range=(0, width), y_range=(0, height))
    return lambda: shade.spread(shade.shade(canvas.points(frame, "x", "y"), how="eq_hist"), px=15)


# Rounds


def clocked(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - start)


def rounds_of(candidates: dict[str, Callable[[], dict[str, float]]], count: int) -> dict[str, list[float]]:
    """Milliseconds of each figure, one value a round."""
    found: dict[str, list[float]] = {}
    for _ in range(count):
        for work in candidates.values():
            if count > 1:
                work()
            for name, value in work().items():
                found.setdefault(name, []).append(value)
    return found


def python_candidates(points: Points, picture: Picture) -> dict[str, Callable[[], dict[str, float]]]:
    from heatreel.overlays.render import composite_png

    height, width = picture.shape[:2]
    snapshot, hits = snapshot_of(width, height), hits_of(points)

    def draw() -> Layer:
        return draw_layer(snapshot, NOTHING, hits, SPEC)

    painted = picture.copy()
    lay(draw(), painted)
    candidates = {
        "ours: level map": lambda: {"ours: level map": clocked(lambda: level_map(points, width, height))},
        "ours: layer": lambda: {"ours: layer": clocked(lambda: overlay_png(draw()))},
        "ours: small layer": lambda: {"ours: small layer": clocked(lambda: small_overlay_png(draw()))},
        "ours: composite": lambda: {"ours: composite": clocked(lambda: composite_png(draw(), picture))},
        "floor: encode": lambda: {"floor: encode": clocked(lambda: encode.png(painted))},
        "cv2 encode": lambda: {"cv2 encode": clocked(lambda: cv2.imencode(".png", painted))},
        "textbook": lambda: {"textbook": clocked(lambda: textbook(points, picture))},
        "textbook: level map": lambda: {"textbook: level map": clocked(lambda: textbook_levels(points, width, height))},
    }
    shaded = datashader_draw(points, width, height)
    if shaded:
        candidates["datashader"] = lambda: {"datashader: draw": clocked(shaded)}
    return candidates


class BrowserPeers:
    """The peers in one headless browser, over a local server."""

    def __init__(self, folder: Path, names: Sequence[str]) -> None:
        from playwright.sync_api import sync_playwright

        from heatreel.capture.browser import find_browser

        sys.path.insert(0, str(HERE.parents[1] / "tests"))
        from serving import served

        self.folder, self.names = folder, names
        for name in ("overlays_peers.html", "peers"):
            (folder / name).symlink_to(HERE / name)
        self.server = served(folder)
        base = self.server.__enter__()
        self.playwright = sync_playwright().start()
        self.browser = self.playwright.chromium.launch(executable_path=str(find_browser()), args=["--no-sandbox"])
        self.page = self.browser.new_page()
        self.page.set_default_timeout(600_000)
        self.page.goto(f"{base}/overlays_peers.html")

    def prepare(self, size: int, points: Points, picture: Picture) -> None:
        height, width = picture.shape[:2]
        (self.folder / f"events-{size}.bin").write_bytes(np.concatenate(points).tobytes())
        (self.folder / "page.png").write_bytes(encode.png(picture))
        self.page.evaluate("([size, width, height]) => prepare(size, width, height)", [size, width, height])

    def run(self, peer: str, keep: bool = False) -> dict[str, Any]:
        return self.page.evaluate("([peer, keep]) => run(peer, keep)", [peer, keep])  # type: ignore[no-any-return]

    def candidates(self) -> dict[str, Callable[[], dict[str, float]]]:
        def timed(peer: str) -> Callable[[], dict[str, float]]:
            def work() -> dict[str, float]:
                found = self.run(peer)
                return {f"{peer}: draw": found["draw"], f"{peer}: PNG": found["png"]}

            return work

        return {peer: timed(peer) for peer in self.names}

    def alpha(self, peer: str) -> Picture:
        """The opacity that a peer paints, which is all it knows of density."""
        data = base64.b64decode(self.run(peer, keep=True)["heat"].split(",")[1])
        picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
        return np.asarray(picture, np.uint8)[..., 3]

    def close(self) -> None:
        self.browser.close()
        self.playwright.stop()
        self.server.__exit__(None, None, None)


# Fidelity


def exact(points: Points, width: int, height: int) -> NDArray[np.float64]:
    """The kernel density at full resolution in double precision."""
    counts = np.bincount(points[1].astype(np.int64) * width + points[0].astype(np.int64), minlength=width * height)
    size = int(8 * SPEC.sigma) * 2 + 1
    blurred = cv2.GaussianBlur(
        counts.reshape(height, width).astype(np.float64), (size, size), SPEC.sigma, borderType=cv2.BORDER_REFLECT
    )
    return np.asarray(blurred * spot_cells(SPEC.sigma, 1))


def rank_correlation(painted: NDArray[Any], true: NDArray[np.float64]) -> float:
    """Spearman's, over 400,000 px where there is heat."""
    where = np.flatnonzero(true.ravel() > true.max() * 1e-4)
    where = np.random.default_rng(1).choice(where, min(len(where), 400_000), replace=False)
    from scipy.stats import spearmanr

    return float(spearmanr(painted.ravel()[where], true.ravel()[where]).statistic)


def fidelity_of(painted: Picture, true: NDArray[np.float64], visible: int) -> dict[str, float]:
    around = cv2.dilate(true, np.ones((61, 61)))
    peaks = np.flatnonzero((true == around) & (true > true.max() * 1e-3))
    hottest = peaks[np.argsort(-true.ravel()[peaks])][:20]
    seen = painted.ravel()[hottest]
    ten = seen[:10]
    return {
        "spearman": round(rank_correlation(painted, true), 4),
        "visible_share": round(float((painted >= visible).mean()), 4),
        "distinct_levels_of_20_hottest": len(set(seen.tolist())),
        "distinct_levels_of_10_hottest": len(set(ten.tolist())),
        "at_top_of_20_hottest": int((seen == painted.max()).sum()),
    }


def our_fidelity(points: Points, width: int, height: int, true: NDArray[np.float64]) -> dict[str, float]:
    cell = cell_for(SPEC.sigma)
    counts = aggregate(*points, width, height, cell, shared=len(points[0]) < SHARE_BELOW)
    heat = density(counts, SPEC.sigma)
    grown = cv2.resize(heat, None, fx=cell, fy=cell, interpolation=cv2.INTER_LINEAR)[:height, :width]
    found = fidelity_of(level_map(points, width, height), true, FIRST_LEVEL + 1)
    return {
        "l1_percent": round(100 * float(np.abs(grown - true).sum() / true.sum()), 3),
        "spearman_of_density": round(rank_correlation(grown, true), 5),
        **found,
    }


# Memory, in processes of their own


def peak_memory(what: str, size: int, height: int) -> dict[str, float]:
    command = [sys.executable, __file__, "--memory", what, "--sizes", str(size), "--height", str(height)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)  # type: ignore[no-any-return]


def peak_kib() -> int:
    """The most memory this process has held since it began. Not ru_maxrss: that is inherited from the parent."""
    return int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0])


def memory() -> dict[str, dict[str, float]]:
    """Peaks of the tall pages."""
    found = {}
    for what, size, height in (
        ("layer", 10**6, 20_000), ("composite", 10**6, 20_000), ("textbook", 10**6, 20_000),
        ("composite", 10**7, 20_000), ("composite", 10**6, 60_000),
    ):  # fmt: skip
        name = f"{what}, 10^{math.log10(size):g} events, 1440x{height}"
        found[name] = peak_memory(what, size, height)
        print(f"{name}: {found[name]}", flush=True)
    return found


def measure_memory(what: str, size: int, height: int) -> None:
    """Prints the peak of this process before and after one piece of work. Points and page are made elsewhere."""
    with TemporaryDirectory() as folder:
        make = "import sys, numpy as np; sys.path.insert(0, sys.argv[1])\n"
        make += "from overlays_events import events, page; from heatreel.overlays.encode import png\n"
        make += "n, h = int(sys.argv[3]), int(sys.argv[4])\n"
        make += "np.save(sys.argv[2] + '/points.npy', np.stack(events(n, 1440, h)))\n"
        make += "open(sys.argv[2] + '/page.png', 'wb').write(png(page(1440, h)))"
        subprocess.run([sys.executable, "-c", make, str(HERE), folder, str(size), str(height)], check=True)
        points = tuple(np.load(f"{folder}/points.npy"))
        data = Path(folder, "page.png").read_bytes()
        base = peak_kib()
        start = time.perf_counter()
        if what == "layer":
            overlay_png(draw_layer(snapshot_of(1440, height), NOTHING, hits_of(points), SPEC))  # type: ignore[arg-type]
        else:
            from heatreel.overlays.picture import decode_png
            from heatreel.overlays.render import composite_png

            picture = decode_png(data, "page")
            if what == "textbook":
                textbook(points, picture)  # type: ignore[arg-type]
            else:
                layer = draw_layer(snapshot_of(1440, height), NOTHING, hits_of(points), SPEC)  # type: ignore[arg-type]
                composite_png(layer, picture)
    peak = peak_kib()
    seconds = round(time.perf_counter() - start, 3)
    print(json.dumps({"peak_mib": round(peak / 1024), "inputs_mib": round(base / 1024), "seconds": seconds}))


# The run


def bench(sizes: list[int], rounds: int, height: int, peer_limit: int, names: Sequence[str]) -> dict[str, Any]:
    picture = page(1440, height)
    results: dict[str, Any] = {"width": 1440, "height": height, "compressor": compressor_name(), "sizes": {}}
    with TemporaryDirectory() as folder:
        peers = BrowserPeers(Path(folder), names) if names else None
        for size in sizes:
            points = events(size, 1440, height)
            candidates = python_candidates(points, picture)
            use_peers = peers is not None and size <= peer_limit
            if peers and use_peers:
                peers.prepare(size, points, picture)
                candidates |= peers.candidates()
            milliseconds = rounds_of(candidates, rounds if size < MANY else 1)
            true = exact(points, 1440, height)
            fidelity = {"ours": our_fidelity(points, 1440, height, true)}
            if peers and use_peers and size < MANY:
                fidelity |= {peer: fidelity_of(peers.alpha(peer), true, 1) for peer in names}
            results["sizes"][size] = {
                "ms": {name: round(statistics.median(values), 2) for name, values in milliseconds.items()},
                "least_ms": {name: round(min(values), 2) for name, values in milliseconds.items()},
                "ratios": ratios(milliseconds),
                "fidelity": fidelity,
                "bytes": sizes_of(points, picture),
            }
            print(told(size, results["sizes"][size]), flush=True)
        if peers:
            peers.close()
    return results


def ratios(milliseconds: dict[str, list[float]]) -> dict[str, float]:
    """How many times as long as ours each takes, for the same outcome: median of the rounds' ratios."""
    pairs = [("textbook", ours) for ours in ("ours: layer", "ours: composite")]
    pairs += [("textbook: level map", "ours: level map"), ("ours: composite", "floor: encode")]
    pairs += [(name, "ours: level map") for name in milliseconds if name.endswith(": draw")]
    pairs += [
        (f"{peer}: PNG", ours) for peer in PEERS for ours in ("ours: layer", "ours: small layer", "ours: composite")
    ]
    return {
        f"{peer} / {ours}": round(
            statistics.median(a / b for a, b in zip(milliseconds[peer], milliseconds[ours], strict=True)), 2
        )
        for peer, ours in pairs
        if peer in milliseconds
    }


def sizes_of(points: Points, picture: Picture) -> dict[str, int]:
    height, width = picture.shape[:2]
    layer = draw_layer(snapshot_of(width, height), NOTHING, hits_of(points), SPEC)
    painted = picture.copy()
    lay(layer, painted)
    return {
        "layer": len(overlay_png(layer)),
        "small layer": len(small_overlay_png(layer)),
        "composite": len(encode.png(painted)),
        "composite by cv2": len(cv2.imencode(".png", painted)[1]),
    }


def told(size: int, result: dict[str, Any]) -> str:
    lines = [f"\n10^{math.log10(size):g} events"]
    lines += [
        f"  {name:<22}{value:>10.1f} ms   (least {result['least_ms'][name]:.1f})"
        for name, value in result["ms"].items()
    ]
    lines += [f"  {name:<48}{value:>8.1f} x" for name, value in result["ratios"].items()]
    lines += [f"  fidelity of {name}: {values}" for name, values in result["fidelity"].items()]
    return "\n".join([*lines, f"  bytes: {result['bytes']}"])


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n", maxsplit=1)[0])
    parser.add_argument("--sizes", default="1e3,1e4,1e5,1e6,1e7", help="numbers of events")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--height", type=int, default=6000, help="of the page, CSS px; it is 1440 wide")
    parser.add_argument("--peer-limit", type=float, default=1e7, help="browser peers up to so many events")
    parser.add_argument("--peers", default=",".join(PEERS), help="libraries in the browser; empty for none")
    parser.add_argument("--no-memory", action="store_true", help="times only")
    parser.add_argument("--json", type=Path, help="write the results here as well")
    parser.add_argument("--memory", choices=("layer", "composite", "textbook"), help="only this, in this process")
    given = parser.parse_args()
    sizes = [int(float(size)) for size in given.sizes.split(",")]
    names = [name for name in PEERS if name in given.peers.split(",")]
    if given.memory:
        measure_memory(given.memory, sizes[0], given.height)
        return
    results = bench(sizes, given.rounds, given.height, int(given.peer_limit), names)
    results["memory"] = {} if given.no_memory else memory()
    if given.json:
        given.json.write_text(json.dumps(results, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
