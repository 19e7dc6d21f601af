"""One-to-one assignment: the pairs of greatest total score, each element in at most one, with leave to stay alone."""

from __future__ import annotations

import numpy as np
from scipy.optimize import linear_sum_assignment  # type: ignore[import-untyped]
from scipy.sparse import coo_array  # type: ignore[import-untyped]
from scipy.sparse.csgraph import connected_components  # type: ignore[import-untyped]

from heatreel.replay.matching.candidates import Pairs
from heatreel.replay.matching.sides import Floats, Ints


def assign(pairs: Pairs, scores: Floats, least: float) -> Ints:
    """Positions in `pairs` of the chosen ones: only scores above `least` are, and each gains what it is above it.

    Solved for each connected component of the pairs above `least`: those are small even on large pages.
    """
    viable = np.nonzero(scores > least)[0]
    if not len(viable):
        return viable
    rows, cols = pairs.rows[viable], pairs.cols[viable]
    gains = (scores[viable] - least).astype(np.float64)
    labels = _components(rows, cols, len(pairs.before), len(pairs.after))
    order = np.argsort(labels, kind="stable")
    cuts = np.nonzero(np.diff(labels[order]))[0] + 1
    chosen = [part[_solve(rows[part], cols[part], gains[part])] for part in np.split(order, cuts)]
    found: Ints = np.sort(viable[np.concatenate(chosen)])
    return found


def _components(rows: Ints, cols: Ints, before: int, after: int) -> Ints:
    """The number of the component of each pair, in a graph of all entries of both sides."""
    size = before + after
    graph = coo_array((np.ones(len(rows), dtype=bool), (rows, cols + before)), shape=(size, size))
    _, labels = connected_components(graph, directed=False)
    found: Ints = labels[rows].astype(np.int64)
    return found


def _solve(rows: Ints, cols: Ints, gains: Floats) -> Ints:
    """Positions of the pairs chosen in one component."""
    if len(rows) == 1:
        return np.zeros(1, dtype=np.int64)
    _, row = np.unique(rows, return_inverse=True)
    _, col = np.unique(cols, return_inverse=True)
    table = np.zeros((int(row.max()) + 1, int(col.max()) + 1))
    place = np.full(table.shape, -1, dtype=np.int64)
    table[row, col], place[row, col] = gains, np.arange(len(rows))
    found = place[linear_sum_assignment(table, maximize=True)]
    chosen: Ints = found[found >= 0]
    return chosen
