"""Exploring harms nobody: nothing that writes leaves the browser, nothing leaves the site, nothing is bought."""

from __future__ import annotations

import asyncio

import pytest

from capture_exploring import HOSTILE, PAGES, lab, noting
from heatreel.capture.triggers import Candidate, unsafe

pytestmark = pytest.mark.browser


def test_nothing_is_sent_and_what_was_not_done_is_said() -> None:
    async def explore(url: str) -> list[str]:
        async with lab() as one:
            return [skipped.reason for skipped in (await one.explore(url)).skipped]

    with noting(PAGES) as (base, noted):
        reasons = asyncio.run(explore(f"{base}/unsafe.html"))
    assert [line for line in noted if line.startswith("POST") or "popup" in line or "zip" in line] == []
    for said in (
        "Vote up: POST",
        "Ping: POST",
        "Delete account: reads as",
        "Go: would submit a form",
        "Get it: would download a file",
        "Elsewhere: leads off the site",
        "Leave: leads off the site",
        "Popup: opens a window",
        "Ask me: shows a dialog box",
        "Mail: is a mailto: link",
    ):
        assert any(reason.startswith(said) for reason in reasons), (said, reasons)


def test_windows_and_downloads_of_a_page_that_loads_are_refused() -> None:
    async def explore(base: str) -> None:
        async with lab() as one:
            for page in ("popups.html", "download.html"):
                async with one.explorer(f"{base}/{page}") as explorer:
                    await explorer.run()
                    assert len(explorer.tab.context.pages) == 1

    with noting(HOSTILE) as (base, noted):
        asyncio.run(explore(base))
    assert "GET /alerts.html" not in noted


@pytest.mark.parametrize(
    ("name", "reason", "safe"),
    [
        ("Buy now", "button", False),
        ("Jetzt kaufen", "button", False),
        ("Se déconnecter", "listener", False),
        ("ログアウト", "button", False),
        ("Sign out", "link-listener", False),
        ("How do I delete my account?", "listener", True),
        ("Pay & benefits", "aria", True),
        ("Payments", "button", True),
        ("Reviews", "button", True),
    ],
)
def test_words_that_are_orders(name: str, reason: str, safe: bool) -> None:
    assert (unsafe(Candidate("#x", "#x", reason, name), "http://h/") == "") == safe
