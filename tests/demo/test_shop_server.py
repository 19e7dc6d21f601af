"""The shop's server: routes fall back to the page, assets do not, the snippet is put in when asked for."""

from __future__ import annotations

import socket

import httpx
import pytest

from heatreel.app.demo.serving import serve_shop, snippet
from heatreel.core.errors import Busy, InputError


@pytest.mark.parametrize("build", ["shop", "redesign"])
@pytest.mark.parametrize("route", ["/", "/shop", "/product/scree-mid", "/cart?x=1", "/help", "/checkout", "/a/b"])
def test_a_route_is_the_page(build: str, route: str) -> None:
    with serve_shop(build) as base:
        answer = httpx.get(base + route)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert '<main id="main"' in answer.text


@pytest.mark.parametrize("path", ["/js/gone.js", "/favicon.ico", "/shared/gone", "/shared/", "/../../driver.py"])
def test_what_is_not_there_is_not_found(path: str) -> None:
    with serve_shop() as base:
        assert httpx.get(base + path).status_code == 404


def test_encoded_dots_do_not_leave_the_folder() -> None:
    with serve_shop() as base, socket.create_connection(("127.0.0.1", int(base.rsplit(":", 1)[1]))) as client:
        client.sendall(b"GET /shared/%2e%2e/driver.py HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        assert b"404" in client.makefile("rb").readline()


@pytest.mark.parametrize(
    ("path", "kind"),
    [("/js/app.js", "text/javascript"), ("/shared/pictures/dawn.webp", "image/webp"), ("/css/base.css", "text/css")],
)
def test_assets_have_their_type(path: str, kind: str) -> None:
    with serve_shop() as base:
        assert httpx.get(base + path).headers["content-type"].startswith(kind)


def test_the_snippet_is_put_into_the_page_only_when_asked() -> None:
    line = snippet("http://collector.test", 'k"ey')
    with serve_shop(snippet=line) as base:
        assert line in httpx.get(base + "/help").text
        assert line not in httpx.get(base + "/js/app.js").text
    with serve_shop() as base:
        assert "heatreel.js" not in httpx.get(base).text
    assert '"k&quot;ey"' in line


def test_wrong_builds_and_taken_ports_are_said() -> None:
    with pytest.raises(InputError, match="nosuch"), serve_shop("nosuch"):
        pass
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(Busy, match="in use"), serve_shop(port=taken.getsockname()[1]):
            pass
