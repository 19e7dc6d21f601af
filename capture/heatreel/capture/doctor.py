"""What `heatreel doctor` looks at: is everything there that Heatreel needs on this machine."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import files
from importlib.util import find_spec

from heatreel.capture.browser import locate_browser
from heatreel.core.errors import BrowserError


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at. `ok` is false when something is missing; `advice` then says what to do."""

    name: str
    ok: bool
    found: str
    advice: str = ""


def checks(explicit: str | None = None) -> list[Check]:
    """Everything the doctor looks at, in the order to print. `explicit` is the `--browser` option."""
    looks: tuple[Callable[[], Check], ...] = (
        _python,
        lambda: _browser(explicit),
        _opencv,
        lambda: _bundle("page model", "heatreel.capture", "page.js"),
        lambda: _bundle("dom", "heatreel.capture", "keep.js"),
        lambda: _bundle("recorder", "heatreel.capture", "recorder.js"),
        lambda: _bundle("viewer", "heatreel.overlays", "viewer.js"),
        _serve,
        _sqlite,
    )
    return [look() for look in looks]


def _python() -> Check:
    version = ".".join(map(str, sys.version_info[:3]))
    return Check("python", sys.version_info >= (3, 11), version, "Heatreel needs Python 3.11 or newer")


def _browser(explicit: str | None) -> Check:
    try:
        found = locate_browser(explicit)
    except BrowserError as exc:
        return Check("browser", False, "none", str(exc))
    try:
        # Chrome on Windows opens a window instead of answering --version.
        version = "" if sys.platform == "win32" else _version(str(found.path))
    except (OSError, subprocess.SubprocessError) as exc:
        return Check("browser", False, str(found.path), f"it does not run ({exc}); install it again")
    return Check("browser", True, f"{version or 'browser'} at {found.path} ({found.source})")


def _version(path: str) -> str:
    done = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=20, check=True)
    return done.stdout.strip()


def _opencv() -> Check:
    try:
        import cv2
    except ImportError as exc:
        return Check("opencv", False, str(exc), "on Debian or Ubuntu: apt-get install libgl1 libglib2.0-0")
    return Check("opencv", True, cv2.__version__)


def _bundle(name: str, package: str, file: str) -> Check:
    try:
        size = len((files(package) / "bundles" / file).read_bytes())
    except (OSError, ModuleNotFoundError):
        size = 0
    found = f"{size:,} bytes" if size else "missing"
    return Check(name, bool(size), found, "in a checkout: npm ci && npm run build; else reinstall heatreel")


def _serve() -> Check:
    missing = [name for name in ("starlette", "uvicorn", "msgspec") if not find_spec(name)]
    found = f"missing: {', '.join(missing)}" if missing else "installed"
    return Check("serve extra", not missing, found, 'for `heatreel serve`: pip install "heatreel[serve]"')


def _sqlite() -> Check:
    """Below 3.51.3 two connections that write and checkpoint at once can lose committed data
    (sqlite.org/wal.html, section 11; fixed also in 3.50.7 and 3.44.6). Heatreel's writer lock guards against it."""
    version = sqlite3.sqlite_version_info
    fixed = version >= (3, 51, 3) or (3, 50, 7) <= version < (3, 51) or (3, 44, 6) <= version < (3, 45)
    note = "" if fixed else "; has the WAL-reset bug, so let only Heatreel write to the workspace"
    return Check("sqlite", True, sqlite3.sqlite_version + note)
