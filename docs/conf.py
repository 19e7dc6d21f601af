"""How `scripts/docs` makes pages of this folder: Sphinx, MyST and Furo."""

from __future__ import annotations

from importlib.metadata import version as version_of

project = "Heatreel"
author = "The Heatreel contributors"
release = version = version_of("heatreel")
extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["build"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
# Links to files of the repository stay as they are: tests/docs follows every one of them.
suppress_warnings = ["myst.xref_missing"]
html_theme = "furo"
html_title = "Heatreel"
html_show_sphinx = False
html_copy_source = False
