"""The sites of a workspace as the collector needs them: by their write key, and what the owner set for them."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from heatreel.core.config import SiteConfig
from heatreel.core.errors import InputError, WorkspaceError
from heatreel.core.workspace import Workspace

_KEYS_AGE_S = 2.0


class Sites:
    """Names of the sites by their write key, read again from the catalogue when a key is unknown."""

    def __init__(self, folder: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._folder = folder
        self._clock = clock
        self._names: dict[str, str] = {}
        self._read_at = float("-inf")

    def name(self, key: str) -> str | None:
        """The site of a key, or None. The catalogue is asked at most every two seconds."""
        if key not in self._names and self._clock() - self._read_at > _KEYS_AGE_S:
            self._read_at = self._clock()
            self._names = self._read()
        return self._names.get(key)

    def _read(self) -> dict[str, str]:
        with Workspace.open(self._folder) as workspace:
            return {key: name for name, key in workspace.db.execute("SELECT name, key FROM sites")}


def ensure_site(folder: Path, site: SiteConfig) -> str:
    """Makes the workspace with this site, without the writer's lock when it is there already; its write key.

    Raises `InputError` when it is there with another write key than the configuration's.
    """
    try:
        with Workspace.open(folder) as workspace:
            found = workspace.find_site(site.name)
    except WorkspaceError:
        if (folder / "heatreel.db").exists():
            raise
        found = None
    if not found:
        with Workspace.writing(folder) as workspace:
            if site.write_key:
                with workspace.db.atomic():
                    workspace.db.execute("INSERT INTO sites (name, key) VALUES (?, ?)", [site.name, site.write_key])
            found = workspace.site(site.name)
    if site.write_key not in ("", found.key):
        raise InputError(
            f"heatreel.toml: site.write_key: site {site.name!r} of {folder} has the key {found.key};"
            " what was captured and recorded is hashed with it. Write that one, or use a new workspace"
        )
    return found.key
