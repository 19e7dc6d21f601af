"""A cache of bounded size that many threads share; what is being made for one is waited for by the others."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")


class Cache(Generic[T]):
    """Keeps what was asked for last. `size` tells what a value takes of `room`."""

    def __init__(self, room: int, size: Callable[[T], int] = lambda _value: 1) -> None:
        self._room, self._size, self._used = room, size, 0
        self._kept: OrderedDict[Hashable, Future[T]] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """The value of a key; made when it is not there. What making raises is raised and not kept."""
        with self._lock:
            known = self._kept.get(key)
            if known is None:
                mine: Future[T] = Future()
                self._kept[key] = mine
            else:
                self._kept.move_to_end(key)
        if known is not None:
            return known.result()
        try:
            value = make()
        except BaseException as exc:
            with self._lock:
                self._kept.pop(key, None)
            mine.set_exception(exc)
            raise
        with self._lock:
            # What is done is counted; it may have been forgotten while it was made.
            mine.set_result(value)
            if self._kept.get(key) is mine:
                self._used += self._size(value)
                self._forget()
        return value

    def put(self, key: Hashable, value: T) -> None:
        """Keeps a value that came beside another one, unless it is there or being made. Never waits: of two that each
        make what the other asks for, both would wait for ever."""
        with self._lock:
            if key in self._kept:
                return
            done: Future[T] = Future()
            done.set_result(value)
            self._kept[key] = done
            self._used += self._size(value)
            self._forget()

    def peek(self, key: Hashable) -> T | None:
        """The value of a key when it is there and made."""
        with self._lock:
            known = self._kept.get(key)
        return known.result() if known is not None and known.done() and known.exception() is None else None

    def forget(self, word: str) -> None:
        """Forgets what is kept under keys that hold a word."""
        with self._lock:
            for key in [one for one in self._kept if isinstance(one, tuple) and word in one]:
                future = self._kept.pop(key)
                if future.done() and future.exception() is None:
                    self._used -= self._size(future.result())

    def _forget(self) -> None:
        for key in list(self._kept):
            if self._used <= self._room or len(self._kept) < 2:
                return
            future = self._kept[key]
            if future.done():
                del self._kept[key]
                self._used -= self._size(future.result())
