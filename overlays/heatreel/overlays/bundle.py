"""The built viewer: one script and one style sheet, made from `overlays/viewer` by esbuild."""

from __future__ import annotations

import base64
import hashlib
from importlib.resources import files

from heatreel.core.errors import CannotRun


def bundle(name: str) -> str:
    """The text of a built file; raises `CannotRun` that says how to build it."""
    try:
        return (files("heatreel.overlays") / "bundles" / name).read_text("utf-8")
    except FileNotFoundError as exc:
        raise CannotRun(f"{name} is not built: run `npm ci && npm run build` in the checkout") from exc


def source_hash(text: str) -> str:
    """What a Content-Security-Policy calls an inline script or style sheet."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
