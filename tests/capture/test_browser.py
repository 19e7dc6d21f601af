"""Where a browser is looked for, and what the doctor says."""

from __future__ import annotations

from pathlib import Path

import pytest

from heatreel.capture import browser
from heatreel.capture.browser import find_browser, locate_browser
from heatreel.capture.doctor import checks
from heatreel.core.errors import BrowserError


def _program(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\necho Chromium 1\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A machine without a browser."""
    monkeypatch.delenv(browser.ENVIRONMENT, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path / "playwright"))
    return tmp_path


def test_look_up_order(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BrowserError, match="playwright install chromium"):
        find_browser()
    chrome = _program(bare / "bin/google-chrome")
    assert locate_browser().path == chrome
    shell = _program(bare / "bin/chromium-headless-shell")
    assert (locate_browser().path, locate_browser().source) == (shell, "system")
    own = _program(bare / "playwright/chromium-1200/chrome-linux/chrome")
    assert (locate_browser().path, locate_browser().source) == (own, "Playwright")
    named = _program(bare / "named")
    monkeypatch.setenv(browser.ENVIRONMENT, str(named))
    assert find_browser() == named
    other = _program(bare / "other")
    assert find_browser(str(other)) == other


def test_a_named_browser_that_is_not_there_is_an_error(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _program(bare / "bin/chromium")
    with pytest.raises(BrowserError, match="--browser: /nowhere/chrome"):
        find_browser("/nowhere/chrome")
    monkeypatch.setenv(browser.ENVIRONMENT, str(bare))
    with pytest.raises(BrowserError, match="HEATREEL_BROWSER"):
        find_browser()


def test_the_doctor_names_what_is_missing_and_what_to_do(bare: Path) -> None:
    found = {check.name: check for check in checks()}
    assert not found["browser"].ok
    assert "apt-get install chromium" in found["browser"].advice
    assert found["python"].ok
    assert found["opencv"].ok
    _program(bare / "bin/chromium")
    assert next(check for check in checks() if check.name == "browser").ok
