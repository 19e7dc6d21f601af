"""Pictures of snapshots: checked before they are decoded, decoded to RGB."""

from __future__ import annotations

import struct

import cv2
import numpy as np
from numpy.typing import NDArray

from heatreel.core.errors import WorkspaceError
from heatreel.overlays.encode import SIGNATURE

# 400 million px are 1.2 GB decoded: far above any page, far below what would take a machine down.
_MOST_PIXELS = 400_000_000
_LONGEST_SIDE = 1_000_000


def size_of_png(data: bytes, name: str) -> tuple[int, int]:
    """Width and height in px from a PNG's header; raises `WorkspaceError` naming `name` when it is not one."""
    if not data.startswith(SIGNATURE) or len(data) < 33 or data[12:16] != b"IHDR":
        raise WorkspaceError(f"{name}: the picture is not a PNG; capture again")
    width, height = struct.unpack(">II", data[16:24])
    if not (0 < width <= _LONGEST_SIDE and 0 < height <= _LONGEST_SIDE and width * height <= _MOST_PIXELS):
        raise WorkspaceError(f"{name}: a picture of {width} x {height} px is not one of ours; capture again")
    return width, height


def decode_png(data: bytes, name: str) -> NDArray[np.uint8]:
    """The pixels of a PNG, shape (h, w, 3) RGB uint8; raises `WorkspaceError` when it is damaged."""
    size_of_png(data, name)
    try:
        picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    except cv2.error as exc:
        raise WorkspaceError(f"{name}: the picture cannot be decoded; capture again") from exc
    if picture is None:
        raise WorkspaceError(f"{name}: the picture cannot be decoded; capture again")
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB, dst=picture), np.uint8)
