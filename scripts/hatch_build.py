"""Build hook: a wheel carries the built JavaScript, so a checkout is built with Node when it is not there yet."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

BUNDLES = (
    "capture/heatreel/capture/bundles/page.js",
    "capture/heatreel/capture/bundles/keep.js",
    "capture/heatreel/capture/bundles/recorder.js",
    "capture/heatreel/capture/bundles/more.js",
    "capture/heatreel/capture/bundles/film.js",
    "capture/heatreel/capture/bundles/replay.js",
    "overlays/heatreel/overlays/bundles/viewer.js",
    "overlays/heatreel/overlays/bundles/viewer.css",
    "overlays/heatreel/overlays/bundles/player.js",
    "overlays/heatreel/overlays/bundles/player.css",
)


class BundleHook(BuildHookInterface[Any]):
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        root = Path(self.root)
        if self.target_name != "wheel" or all((root / bundle).is_file() for bundle in BUNDLES):
            return
        npm = shutil.which("npm")
        if not npm:
            raise RuntimeError("the browser halves are not built and npm is missing: install Node.js 18 or newer")
        subprocess.run([npm, "ci"], cwd=root, check=True)
        subprocess.run([npm, "run", "build"], cwd=root, check=True)
