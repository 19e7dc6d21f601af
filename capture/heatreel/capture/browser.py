"""The one way to find and start a browser.

Playwright is imported when a browser starts, not before: `heatreel --help` needs none of it.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from heatreel.core.errors import BrowserError

if TYPE_CHECKING:
    from playwright.async_api import Browser

ENVIRONMENT = "HEATREEL_BROWSER"

ADVICE = (
    "install one with `playwright install chromium` or `apt-get install chromium`,"
    f" or name one with --browser or {ENVIRONMENT}"
)

SYSTEM_NAMES = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "microsoft-edge",
    "msedge",
)

_MAC = ("Chromium", "Google Chrome", "Microsoft Edge")

# The headless shell first: half the cost of navigation and of page creation.
_PLAYWRIGHT_GLOBS = (
    "chromium_headless_shell-*/chrom*/headless_shell*",
    "chromium_headless_shell-*/chrom*/chrome-headless-shell*",
    "chromium-*/chrome-linux*/chrome",
    "chromium-*/chrome-win*/chrome.exe",
    "chromium-*/chrome-mac*/*.app/Contents/MacOS/*",
)

QUIET = (
    "--disable-background-networking",
    "--disable-domain-reliability",
    "--no-pings",
    "--disable-gpu",
    "--font-render-hinting=none",
    # WebRTC would pass by every proxy and route.
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    # The same page gives the same px: a part painted over again blends soft edges twice, text on its own layer has
    # other edges than text on the page, and pictures may be drawn before they are decoded.
    "--disable-partial-raster",
    "--disable-lcd-text",
    "--disable-checker-imaging",
    "--disable-image-animation-resync",
)


@dataclass(frozen=True, slots=True)
class Found:
    """A browser and where the look-up found it."""

    path: Path
    source: str


def find_browser(explicit: str | None = None) -> Path:
    """The browser to use: the explicit path, HEATREEL_BROWSER, Playwright's own, then the system's.

    Raises `BrowserError` that says what to do when there is none, or when the named one is not there.
    """
    return locate_browser(explicit).path


def locate_browser(explicit: str | None = None) -> Found:
    """`find_browser` with the place where it was found."""
    for named, source in ((explicit, "--browser"), (os.environ.get(ENVIRONMENT), ENVIRONMENT)):
        if named:
            return Found(_named(named, source), source)
    for path in _playwright_browsers():
        return Found(path, "Playwright")
    for path in _system_browsers():
        return Found(path, "system")
    raise BrowserError(f"no Chromium, Chrome or Edge found: {ADVICE}")


def _named(name: str, source: str) -> Path:
    path = Path(shutil.which(name) or name)
    if not _runs(path):
        raise BrowserError(f"{source}: {name} is not a program that can be run; {ADVICE}")
    return path.resolve()


def _runs(path: Path) -> bool:
    return path.is_file() and os.access(path, os.X_OK)


def _playwright_browsers() -> list[Path]:
    """Browsers that `playwright install` has put on this machine, newest first."""
    folders = [_playwright_folder(), _package_folder()]
    return [
        path
        for folder in folders
        if folder
        for glob in _PLAYWRIGHT_GLOBS
        for path in sorted(folder.glob(glob), reverse=True)
        if _runs(path)
    ]


def _playwright_folder() -> Path | None:
    named = os.environ.get("PLAYWRIGHT_BROWSERS_PATH", "")
    if named and named != "0":
        return Path(named)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData/Local")) / "ms-playwright"
    if sys.platform == "darwin":
        return Path.home() / "Library/Caches/ms-playwright"
    return Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "ms-playwright"


def _package_folder() -> Path | None:
    """Where browsers are with PLAYWRIGHT_BROWSERS_PATH=0: inside the package."""
    spec = find_spec("playwright")
    if not spec or not spec.origin:
        return None
    return Path(spec.origin).parent / "driver/package/.local-browsers"


def _system_browsers() -> list[Path]:
    found = [Path(path) for name in SYSTEM_NAMES if (path := shutil.which(name))]
    if sys.platform == "darwin":
        found += [Path(f"/Applications/{name}.app/Contents/MacOS/{name}") for name in _MAC]
    if sys.platform == "win32":
        roots = [Path(os.environ[key]) for key in ("PROGRAMFILES", "PROGRAMFILES(X86)") if key in os.environ]
        ends = ("Google/Chrome/Application/chrome.exe", "Microsoft/Edge/Application/msedge.exe")
        found += [root / end for end in ends for root in roots]
    return [path for path in found if _runs(path)]


def browser_arguments(extra: Sequence[str] = ()) -> list[str]:
    """Command-line flags for a quiet browser; `--no-sandbox` only as root, where the sandbox cannot start."""
    as_root = hasattr(os, "geteuid") and os.geteuid() == 0
    return [*QUIET, *(["--no-sandbox"] if as_root else []), *extra]


@asynccontextmanager
async def launch(
    explicit: str | None = None, *, headless: bool = True, arguments: Sequence[str] = ()
) -> AsyncIterator[Browser]:
    """A started browser (a process of its own), closed with everything it started when the context ends.

    Raises `BrowserError` when none is found or it does not start.
    """
    path = find_browser(explicit)
    from playwright.async_api import Error, async_playwright

    async with async_playwright() as playwright:
        try:
            browser = await playwright.chromium.launch(
                executable_path=path,
                headless=headless,
                args=browser_arguments(arguments),
                timeout=30_000,
                handle_sigint=False,
            )
        except Error as exc:
            line = next(iter(exc.message.strip().splitlines()), "")
            raise BrowserError(f"{path}: the browser does not start ({line}); {ADVICE}") from exc
        process = await process_id(browser)
        try:
            yield browser
        finally:
            await _close(browser, process)


async def process_id(browser: Browser) -> int:
    """Process id of the browser, 0 when it does not say."""
    with suppress(Exception):
        session = await browser.new_browser_cdp_session()
        info = await session.send("SystemInfo.getProcessInfo")
        await session.detach()
        return next(int(item["id"]) for item in info["processInfo"] if item["type"] == "browser")
    return 0


async def _close(browser: Browser, process: int) -> None:
    """Closes the browser; one that hangs is killed with its process group after 5 s."""
    try:
        await asyncio.wait_for(browser.close(), 5)
    except Exception:
        kill_group(process)


def kill_group(process: int) -> None:
    """Ends a browser with all its children at once. Playwright starts each in a process group of its own."""
    if not process:
        return
    with suppress(OSError):
        if hasattr(os, "killpg") and os.getpgid(process) != os.getpgid(0):
            os.killpg(os.getpgid(process), signal.SIGKILL)
        else:
            os.kill(process, signal.SIGTERM)
