"""Counts since the start, in the text form of Prometheus.

A counter, a gauge and a histogram of fixed buckets are forty lines; the client library would bring a registry for
the whole process, threads' locks on every count, and one more package to a hot path.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping

_BUCKETS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)

_HELP = {
    "batches": "Batches answered, by outcome: stored, duplicate, not_wanted, cut_off, or refused_ with the status.",
    "films": "Film chunks answered, by outcome.",
    "events": "Events stored durably.",
    "body_bytes": "Bytes of bodies received.",
    "bots": "Batches stored whose user agent is a program's.",
}


class Metrics:
    """What one collector counts. The event loop and the writing thread each touch their own."""

    def __init__(self) -> None:
        self.batches: Counter[str] = Counter()
        self.films: Counter[str] = Counter()
        self.totals: Counter[str] = Counter()
        self._commits = [0] * (len(_BUCKETS_S) + 1)
        self._commit_s = 0.0

    def commit(self, seconds: float, batches: int) -> None:
        """One transaction of so many batches took this long."""
        self._commits[bisect_left(_BUCKETS_S, seconds)] += 1
        self._commit_s += seconds
        self.totals["committed"] += batches

    def text(self, gauges: Mapping[str, tuple[str, float]]) -> str:
        """All counts; `gauges` are what is so now: name, help and value."""
        return "\n".join([*self._counters(), *self._histogram(), *_gauges(gauges)]) + "\n"

    def _counters(self) -> Iterator[str]:
        for name, outcomes in (("batches", self.batches), ("films", self.films)):
            yield from _head(f"{name}_total", "counter", _HELP[name])
            for outcome, number in sorted(outcomes.items()):
                yield f'heatreel_{name}_total{{outcome="{outcome}"}} {number}'
        for name in ("events", "body_bytes", "bots"):
            yield from _head(f"{name}_total", "counter", _HELP[name])
            yield f"heatreel_{name}_total {self.totals[name]}"

    def _histogram(self) -> Iterator[str]:
        yield from _head("commit_seconds", "histogram", "Length of the transactions that make batches durable.")
        total = 0
        for bound, number in zip((*_BUCKETS_S, "+Inf"), self._commits, strict=True):
            total += number
            yield f'heatreel_commit_seconds_bucket{{le="{bound}"}} {total}'
        yield f"heatreel_commit_seconds_sum {self._commit_s:.6f}"
        yield f"heatreel_commit_seconds_count {total}"


def _gauges(gauges: Mapping[str, tuple[str, float]]) -> Iterator[str]:
    for name, (about, value) in gauges.items():
        yield from _head(name, "gauge", about)
        yield f"heatreel_{name} {value:g}"


def _head(name: str, kind: str, about: str) -> Iterator[str]:
    yield f"# HELP heatreel_{name} {about}"
    yield f"# TYPE heatreel_{name} {kind}"
