"""How much one sender may send: token buckets by write key and by address, in memory only.

An address is never kept: its bucket is found by a hash keyed with random bytes that only this process knows and that
end with it, so that neither the memory nor anything stored leads back to it.
"""

from __future__ import annotations

import hashlib
import ipaddress
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable

BURST_S = 10.0
"""A sender may save up what it did not send for this long."""
ADDRESS_RATE = 100.0
"""Batches a second from one address: some hundreds of visitors behind one proxy of a company."""
_MOST = 20_000


class Buckets:
    """Token buckets by key, each filled with `rate` tokens a second. The least recently used are forgotten."""

    def __init__(self, rate: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate = rate
        self._clock = clock
        self._full = max(1.0, rate * BURST_S)
        self._buckets: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()

    def wait_s(self, key: Hashable) -> float:
        """Takes a token and returns 0; or, when there is none, the seconds until there will be one."""
        now = self._clock()
        tokens, at = self._buckets.pop(key, (self._full, now))
        tokens = min(self._full, tokens + (now - at) * self._rate)
        taken = tokens >= 1
        self._buckets[key] = (tokens - taken, now)
        if len(self._buckets) > _MOST:
            self._buckets.popitem(last=False)
        return 0.0 if taken else (1 - tokens) / self._rate


class Limits:
    """The bounds of one collector. A rate of 0 means its own bound: `ADDRESS_RATE`, none by key.

    Loopback addresses have no bound of their own making, since behind a reverse proxy everybody comes from there;
    `proxies` are the addresses whose X-Forwarded-For is believed.
    """

    def __init__(self, per_address: float = 0, per_key: float = 0, proxies: Iterable[str] = ()) -> None:
        self._by_address = Buckets(per_address or ADDRESS_RATE)
        self._by_key = Buckets(per_key) if per_key else None
        self._spare_loopback = not per_address
        self._proxies = frozenset(proxies)
        self._salt = secrets.token_bytes(16)

    def wait_s(self, address: str, forwarded: bytes) -> float:
        """0 when this address may send now, else the seconds to wait."""
        if forwarded and address in self._proxies:
            address = self._behind(forwarded, address)
        if self._spare_loopback and _is_loopback(address):
            return 0.0
        return self._by_address.wait_s(hashlib.blake2b(address.encode(), key=self._salt, digest_size=8).digest())

    def key_wait_s(self, key: str) -> float:
        """0 when batches of this write key may come now, else the seconds to wait."""
        return self._by_key.wait_s(key) if self._by_key else 0.0

    def _behind(self, forwarded: bytes, address: str) -> str:
        """The nearest address before our own proxies; what stands further left could be made up."""
        for hop in reversed(forwarded.decode("latin-1").split(",")):
            if hop.strip() not in self._proxies:
                return hop.strip() or address
        return address


def _is_loopback(address: str) -> bool:
    if address.startswith("127.") or address in ("", "::1"):
        return True
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
