"""Step 2, counts to heat: a Gaussian kernel over the coarse grid."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from heatreel.core.errors import InputError
from heatreel.overlays.counts import Counts


def density(counts: Counts, sigma: float) -> NDArray[np.float32]:
    """Heat by cell, float32 in the shape of `counts.cells`: how many events (or how much weight) on one spot would
    look the same.

    A lone event peaks at 1, a hundred events on one pixel at 100, whatever the kernel's `sigma` (CSS px) and
    the cell are. Heat at the page's edge is reflected inwards, so that the sum over all cells is
    `counts.total` times `spot_cells(sigma, cell)` exactly, and edges are not cooler than the middle.
    """
    if not sigma > 0:
        raise InputError(f"radius {sigma:g}: must be more than zero")
    if not counts.cells.any():
        return np.zeros(counts.cells.shape, np.float32)
    blurred = cv2.GaussianBlur(
        counts.cells.astype(np.float32),
        (0, 0),
        sigmaX=kernel_sigma_cells(sigma, counts.cell, counts.shared),
        borderType=cv2.BORDER_REFLECT,
    )
    # OpenCV returns a row as a vector when the grid has one column.
    blurred = np.asarray(blurred, np.float32).reshape(counts.cells.shape)
    blurred *= np.float32(spot_cells(sigma, counts.cell) / counts.grains)
    return blurred


def spot_cells(sigma: float, cell: int) -> float:
    """Cells that one spot of heat is worth: the kernel's volume over its peak."""
    return 2 * math.pi * sigma * sigma / (cell * cell)


def kernel_sigma_cells(sigma: float, cell: int, shared: bool) -> float:
    """The kernel's sigma in cells, less the blur that cells and the later enlargement add.

    A box of `cell` px has the variance (cell^2 - 1) / 12; the triangle by which events are shared, and that of
    the linear enlargement, (2 cell^2 + 1) / 12 each. Without the correction the L1 error is twice as large.
    """
    if cell == 1:
        return sigma
    box, triangle = (cell * cell - 1) / 12, (2 * cell * cell + 1) / 12
    spare = triangle + (triangle if shared else box)
    return math.sqrt(max(sigma * sigma - spare, 0.01)) / cell
