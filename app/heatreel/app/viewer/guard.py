"""Who may read: hosts by name on loopback, a token elsewhere, and never another site's page."""

from __future__ import annotations

import hmac
import ipaddress
import os
import secrets
from dataclasses import dataclass
from urllib.parse import parse_qsl

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from heatreel.app.viewer.answers import Refused
from heatreel.core.errors import InputError

COOKIE = "heatreel_token"
VARIABLE = "HEATREEL_TOKEN"
_LEAST_TOKEN = 16

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_OF_ALL = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
}
_NO_TOKEN = (
    "<!doctype html><html lang=en><meta charset=utf-8><title>Heatreel</title><h1>This needs a token</h1>"
    "<p>Open the address that <code>heatreel serve</code> printed when it was started.</p></html>"
)


def is_loopback(host: str) -> bool:
    """Whether an address or name is this machine's own."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@dataclass(frozen=True)
class Door:
    """What a request must show: a loopback name as its host when there is no `token`, else that."""

    host: str
    token: str = ""

    @property
    def names(self) -> frozenset[str]:
        return _LOOPBACK | {self.host.strip("[]").lower()}


def door_of(host: str) -> Door:
    """The door of a server on an address. `HEATREEL_TOKEN` sets the token, and then it is asked for on loopback too.

    Raises `InputError` for one that is easily guessed.
    """
    token = os.environ.get(VARIABLE, "")
    if token and (len(token) < _LEAST_TOKEN or not token.isascii() or not token.isprintable()):
        raise InputError(f"{VARIABLE}: give at least {_LEAST_TOKEN} letters and digits, or none at all")
    if token or is_loopback(host):
        return Door(host, token)
    return Door(host, secrets.token_urlsafe(32))


class Guard:
    """Middleware: lets requests through its door, and gives all answers the headers that keep them apart."""

    def __init__(self, app: ASGIApp, door: Door) -> None:
        self.app, self.door = app, door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def sealed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _OF_ALL.items():
                    headers.setdefault(name, value)
            await send(message)

        refused = self._refusal(scope)
        await (refused or self.app)(scope, receive, sealed)

    def _refusal(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        own = scope["path"]
        if not self.door.token and _host(headers.get("host", "")) not in self.door.names:
            return _as_response(Refused(403, "the Host header does not name this machine"))
        # A link may lead to the viewer; nothing else of another site, nor of another port of this machine, may ask.
        led = headers.get("sec-fetch-mode") == "navigate" and own == "/" and scope["method"] == "GET"
        if headers.get("sec-fetch-site", "none") not in ("none", "same-origin") and not led:
            return _as_response(Refused(403, "a page of another origin asked for this"))
        if not self.door.token:
            return None
        asked = dict(parse_qsl(scope["query_string"].decode("latin-1"))).get("token") if own == "/" else None
        if asked is not None and self._is_token(asked):
            return self._let_in(scope)
        bearer = headers.get("authorization", "").removeprefix("Bearer ")
        if self._is_token(bearer) or self._is_token(cookie_parser(headers.get("cookie", "")).get(COOKIE, "")):
            return None
        if own.startswith("/api/"):
            return _as_response(Refused(401, "needs the token that `heatreel serve` printed"))
        return HTMLResponse(_NO_TOKEN, 401, {"Cache-Control": "no-store"})

    def _is_token(self, given: str) -> bool:
        return hmac.compare_digest(given.encode("utf-8", "replace"), self.door.token.encode())

    def _let_in(self, scope: Scope) -> Response:
        """To the viewer, without the token in the address bar."""
        answer = RedirectResponse("/", 303, {"Cache-Control": "no-store"})
        answer.set_cookie(COOKIE, self.door.token, httponly=True, samesite="strict", secure=scope["scheme"] == "https")
        return answer


def _as_response(refused: Refused) -> Response:
    answer = refused.answer()
    return Response(answer.body, answer.status, dict(answer.headers), answer.media)


def _host(text: str) -> str:
    """The name in a Host header, without its port."""
    name = text.strip().lower()
    if name.startswith("["):
        return name[1:].partition("]")[0]
    return name.rpartition(":")[0] if name.count(":") == 1 else name
