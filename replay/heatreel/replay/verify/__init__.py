"""Verify: what a redesign does to the people who used the old page. Pure functions over two captures, no browser.

`verify` compares, `predict` carries hits over. See `changes` for what counts as a change, `groups` for what is one
change, `findings` for how much it weighs.
"""

from __future__ import annotations

from heatreel.replay.verify.elements import ElementMemory, ElementPairs
from heatreel.replay.verify.predict import predict
from heatreel.replay.verify.verify import Verification, paired_views, verify
from heatreel.replay.verify.views import Captured

__all__ = ["Captured", "ElementMemory", "ElementPairs", "Verification", "paired_views", "predict", "verify"]
