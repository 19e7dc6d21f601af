"""uvicorn's HTTP protocol, with the bounds that it lacks: time of a request, size of its headers, connections."""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.auto import AutoHTTPProtocol

REQUEST_S = 10.0
"""A request that has begun must be there as a whole by then, and a new connection must have sent one."""
MAX_CONNECTIONS = 2000
"""Above it the connection that has rested longest between two requests is closed, or the new one when none rests."""
MAX_HEAD_BYTES = 64 * 1024

_SAID = b"the request did not arrive in time"
_TOO_SLOW = (
    b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\naccess-control-allow-origin: *\r\n"
    b"content-type: text/plain\r\ncontent-length: %d\r\n\r\n%b" % (len(_SAID), _SAID)
)


class _BoundedProtocol(AutoHTTPProtocol):  # type: ignore[misc, valid-type]
    """The deadline is kept here (Kludex/uvicorn#157), so that requests that came whole need no timer."""

    resting: dict[_BoundedProtocol, None]
    """Connections between two requests, the longest first; of one server, see `bounded_protocol`."""
    _due: asyncio.TimerHandle | None = None
    _head_bytes = 0

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._await_request()
        if len(self.connections) > MAX_CONNECTIONS:
            next(iter(self.resting), self).transport.close()
        self.resting[self] = None

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._rests():
            self._await_request()
            self._head_bytes += len(data)
            if self._head_bytes > MAX_HEAD_BYTES:
                self.transport.close()
            return
        self.resting.pop(self, None)
        self._head_bytes = 0
        if self.cycle.more_body:
            self._await_request()
        else:
            self._stop_waiting()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self._rests() and not self.transport.is_closing():
            self.resting[self] = None

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        self.resting.pop(self, None)
        super().connection_lost(exc)

    def _rests(self) -> bool:
        return self.cycle is None or bool(self.cycle.response_complete)

    def _await_request(self) -> None:
        if self._due is None:
            self._due = self.loop.call_later(REQUEST_S, self._end)

    def _stop_waiting(self) -> None:
        if self._due is not None:
            self._due.cancel()
            self._due = None

    def _end(self) -> None:
        """The time is over: a request of which the body is missing gets an answer, whoever sent none is closed."""
        self._due = None
        if self.transport.is_closing():
            return
        if not self._rests() and not self.cycle.response_started:
            self.transport.write(_TOO_SLOW)
            # The application hears that the client has left.
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        self.transport.close()


def bounded_protocol() -> type[asyncio.Protocol]:
    """The protocol for one server."""
    return type("BoundedProtocol", (_BoundedProtocol,), {"resting": {}})
