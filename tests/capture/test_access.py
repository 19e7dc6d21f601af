"""Getting in: logins, cookies, headers, credentials. Secrets reach the site and nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from capture_exploring import DESKTOP
from club import BASIC, PASSWORD, Club, club
from heatreel.app.capture_options import options_from
from heatreel.capture.capture import capture
from heatreel.capture.options import CaptureOptions
from heatreel.capture.results import CaptureResult
from heatreel.core.errors import InputError, PageError
from heatreel.core.workspace import Workspace

pytestmark = pytest.mark.browser

LOGIN = """
[capture.login]
url = "/login"
until = "{until}"
steps = [
    {{ action = "type", selector = "#user", value = "me" }},
    {{ action = "type", selector = "#password", value = "${{CLUB_PASSWORD}}" }},
    {{ action = "click", selector = "{button}" }},
]
"""


@pytest.fixture(scope="module")
def site() -> Iterator[Club]:
    with club() as up:
        yield up


def _options(site: Club, folder: Path, toml: str = "", **given: object) -> CaptureOptions:
    file = folder / "heatreel.toml"
    file.write_text(toml)
    options = options_from(file, viewports=[str(DESKTOP)], urls=[site.url], label="one", **given)
    return replace(options, routes="none")


def _captured(folder: Path, urls: list[str], options: CaptureOptions) -> CaptureResult:
    return asyncio.run(capture(folder / "ws", urls, options))


def _holds(folder: Path, *secrets: str) -> list[str]:
    """Files below a folder that hold one of the texts; blobs are looked at unpacked."""
    with Workspace.open(folder / "ws") as workspace:
        shots = workspace.snapshots(workspace.capture())
        texts = {f"snapshot {one.id}": workspace.dom(one) + str(workspace.outline(one)) for one in shots}
    files = {str(path): path.read_bytes().decode("latin-1") for path in (folder / "ws").rglob("*") if path.is_file()}
    return [name for name, text in {**texts, **files}.items() if any(secret in text for secret in secrets)]


def test_a_login_by_form_opens_every_page_and_leaves_no_trace(
    site: Club, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLUB_PASSWORD", PASSWORD)
    options = _options(site, tmp_path, LOGIN.format(until=".account", button="button"), workers=2)
    result = _captured(tmp_path, [f"{site.url}/member", f"{site.url}/member/two"], options)
    assert result.failures() == []
    assert {one.page: one.states for one in result.pages} == {"/member": 2, "/member/two": 2}
    posts = [body for method, _, _, body in site.requests if method == "POST"]
    assert len(posts) == 1
    assert PASSWORD.split()[0] in posts[0]
    assert _holds(tmp_path, PASSWORD, "member=yes") == []
    assert PASSWORD not in repr(options)


def test_a_login_that_does_not_work_says_which_step(
    site: Club, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("heatreel.capture.login.STEP_S", 0.5)
    monkeypatch.setenv("CLUB_PASSWORD", "something wrong")
    for toml, said in (
        (LOGIN.format(until=".account", button="button"), "the login did not work: .account did not appear"),
        (LOGIN.format(until=".account", button="#enter"), "login step 3 (click #enter) found nothing"),
    ):
        with pytest.raises(PageError) as caught:
            _captured(tmp_path, [f"{site.url}/member"], _options(site, tmp_path, toml))
        assert said in str(caught.value)
        assert "something wrong" not in str(caught.value)
    monkeypatch.delenv("CLUB_PASSWORD")
    with pytest.raises(InputError, match=r"capture\.login\.steps\.1\.value: the environment has no variable"):
        _options(site, tmp_path, LOGIN.format(until=".account", button="button"))


def test_cookies_headers_and_credentials_go_to_the_captured_site_only(site: Club, tmp_path: Path) -> None:
    options = _options(site, tmp_path, cookies=["member=yes"], headers=["X-Preview: yes"], credentials=f"me:{BASIC}")
    before = len(site.requests)
    urls = [f"{site.url}/{name}" for name in ("member", "preview", "basic")]
    result = _captured(tmp_path, urls, options)
    assert result.failures() == []
    assert len(result.pages) == 3
    # What lies behind the same door opens, too: the style sheet.
    assert any("authorization" in headers for headers in site.asked("/basic/look.css"))
    elsewhere = [headers for _, _, headers, _ in site.requests[before:] if headers["host"].startswith("localhost")]
    assert {path for _, path, headers, _ in site.requests[before:] if headers["host"].startswith("localhost")} == {
        "/framed",
        "/pixel",
    }
    assert not [headers for headers in elsewhere if {"x-preview", "authorization", "cookie"} & headers.keys()]
    assert _holds(tmp_path, BASIC) == []


def test_a_page_that_needs_a_login_says_so(site: Club, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = _captured(tmp_path, [f"{site.url}/basic"], _options(site, tmp_path))
    assert ["answers with HTTP 401" in line for line in result.failures()] == [True]
    wrong = _options(site, tmp_path, credentials="me:wrong", replace=True)
    assert ["HTTP 401" in line for line in _captured(tmp_path, [f"{site.url}/basic"], wrong).failures()] == [True]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"headers": ["X-Preview"]}, "NAME: VALUE"),
        ({"headers": ["Cookie: a=b"]}, "--cookie"),
        ({"cookies": ["member"]}, "NAME=VALUE"),
        ({"credentials": "me"}, "USER:PASSWORD"),
        ({"credentials": "me:${NO_SUCH_VARIABLE}"}, "NO_SUCH_VARIABLE"),
        ({"storage_state": Path(__file__)}, "storage state"),
        ({"clock": "noon"}, "--clock noon"),
        ({"variants": ["b=cookie:arm"]}, "--variant b=cookie:arm"),
    ],
)
def test_what_is_written_wrongly_is_said(site: Club, tmp_path: Path, given: dict[str, object], said: str) -> None:
    with pytest.raises(InputError, match=said.replace("(", r"\(").replace("$", r"\$")):
        _options(site, tmp_path, **given)


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ('[capture.credentials]\nuser = "me"\npassword = "plain"', "does not belong in a file"),
        ('[capture]\nheaders = { Authorization = "Bearer abc" }', "does not belong in a file"),
        ('[[capture.states]]\nname = "x"\npage = "/"\nrecipe = [{ action = "click" }]', "needs a selector"),
        ('[[capture.states]]\nname = "x"\npage = "/"\nrecipe = [{ action = "fly", selector = "a" }]', "action"),
    ],
)
def test_secrets_and_half_steps_are_refused_in_the_file(site: Club, tmp_path: Path, toml: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        _options(site, tmp_path, toml)
