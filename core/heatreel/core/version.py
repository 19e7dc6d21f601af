"""The version of this Heatreel, and of the JSON documents it prints."""

from __future__ import annotations

from importlib.metadata import version

DOCUMENT_VERSION = 1
"""The `version` key of every JSON document; raised when a key changes its meaning or goes."""


def tool_version() -> str:
    """The version of the installed package."""
    return version("heatreel")
