"""Made-up events and a made-up page for the benchmark of layers: always the same."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

CLUSTERS = 120


def events(count: int, width: int, height: int, seed: int = 3) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Whole px: 85 % in 120 Zipf-weighted tight clusters, wider than high, 15 % that thin out with depth."""
    rng = np.random.default_rng(seed)
    weights = 1 / np.arange(1, CLUSTERS + 1)
    near = rng.choice(CLUSTERS, round(count * 0.85), p=weights / weights.sum())
    far = count - len(near)
    centre_x, centre_y = rng.uniform(60, width - 60, CLUSTERS), rng.uniform(30, height - 30, CLUSTERS)
    wide, high = rng.uniform(3, 40, CLUSTERS), rng.uniform(3, 14, CLUSTERS)
    x = np.concatenate([centre_x[near] + wide[near] * rng.standard_normal(len(near)), rng.uniform(0, width, far)])
    y = np.concatenate([centre_y[near] + high[near] * rng.standard_normal(len(near)), rng.exponential(height / 3, far)])
    order = rng.permutation(count)
    inside = (np.clip(x, 0, width - 1), np.clip(y, 0, height - 1))
    return tuple(np.floor(axis)[order].astype(np.float32) for axis in inside)  # type: ignore[return-value]


def page(width: int, height: int, seed: int = 5) -> NDArray[np.uint8]:
    """A page, shape (h, w, 3) RGB: paragraphs, cards with gradients, and tiles as noisy as photographs."""
    rng = np.random.default_rng(seed)
    picture = np.full((height, width, 3), 252, np.uint8)
    for top in range(0, height, 600):
        picture[top : top + 90] = rng.integers(20, 240, 3)
        for column in range(3):
            left = 60 + column * (width // 3)
            ramp = np.linspace(rng.integers(0, 255, 3), rng.integers(0, 255, 3), 180).astype(np.uint8)
            wide = min(width // 3 - 120, width - left)
            picture[top + 120 : top + 300, left : left + wide] = ramp[: picture[top + 120 : top + 300].shape[0], None]
            noise = cv2.GaussianBlur(rng.integers(0, 256, (170, 260, 3)).astype(np.uint8), (0, 0), 2.2)
            spot = picture[top + 320 : top + 490, left : left + 260]
            spot[:] = noise[: spot.shape[0], : spot.shape[1]]
        for line in range(top + 510, min(top + 590, height - 10), 22):
            text = "".join(rng.choice(list("etaoin shrdlu cmfwyp vbgk "), width // 11))
            cv2.putText(picture, text, (40, line), cv2.FONT_HERSHEY_SIMPLEX, 0.55, (40, 40, 48), 1, cv2.LINE_AA)
    return picture
