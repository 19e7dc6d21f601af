"""Files of strangers: opened, unpacked and decoded piece by piece, within bounds whatever they hold."""

from __future__ import annotations

import codecs
import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import BinaryIO

from heatreel.core.errors import CannotRun, InputError

HEAD_BYTES = 65_536
CHUNK_BYTES = 1 << 20

LINE_BYTES = 1 << 20
"""A longer line of a table is no row."""

BOMB_BYTES = 256 << 20
BOMB_RATIO = 200
"""A file that unpacks to more than both is taken for a bomb. Tables and recordings shrink 5 to 50 times."""

_OTHERS = {
    b"PK\x03\x04": "a ZIP archive (or an Excel file); unpack it, or save it as CSV",
    b"\xfd7zXZ": "packed with xz; unpack it first",
    b"BZh": "packed with bzip2; unpack it first",
    b"\x28\xb5\x2f\xfd": "packed with Zstandard; unpack it first",
    b"PAR1": "a Parquet file; export JSONL or CSV instead",
    b"SQLite format 3": "a SQLite database; export JSONL or CSV instead",
    b"%PDF": "a PDF",
    b"\x89PNG": "a picture",
}
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


class _Bounded(io.RawIOBase):
    """The unpacked bytes of a gzip file, up to what a file of its size may hold."""

    def __init__(self, stream: gzip.GzipFile, path: Path, limit: int) -> None:
        self._stream, self._path, self._left = stream, path, limit

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        try:
            data = self._stream.read(len(buffer))
        except (OSError, EOFError, zlib.error) as exc:
            raise InputError(f"{self._path}: is damaged ({exc})") from exc
        self._left -= len(data)
        if self._left < 0:
            raise InputError(f"{self._path}: unpacks to more than {BOMB_RATIO} times its size; that is no export")
        buffer[: len(data)] = data
        return len(data)


@dataclass(frozen=True)
class Source:
    """A file to import. Every reading of it raises `InputError` that names it when it is not what it should be."""

    path: Path

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """Its bytes, unpacked when it is gzip."""
        try:
            if not self.path.is_file():
                raise InputError(f"{self.path}: no such file" if not self.path.exists() else f"{self.path}: is no file")
            raw = self.path.open("rb")
        except OSError as exc:
            raise CannotRun(f"{self.path}: cannot be read ({exc.strerror})") from exc
        with raw:
            packed = raw.read(2) == b"\x1f\x8b"
            raw.seek(0)
            if not packed:
                yield raw
                return
            limit = max(BOMB_BYTES, BOMB_RATIO * self.path.stat().st_size)
            with gzip.GzipFile(fileobj=raw) as unpacked:
                yield io.BufferedReader(_Bounded(unpacked, self.path, limit), CHUNK_BYTES)

    @cached_property
    def head(self) -> bytes:
        """The first bytes, unpacked. Raises `InputError` for what is no text: an archive, a picture, a program."""
        with self.open() as stream:
            head = stream.read(HEAD_BYTES)
        if not head.strip():
            raise InputError(f"{self.path}: is empty")
        for mark, what in _OTHERS.items():
            if head.startswith(mark):
                raise InputError(f"{self.path}: is {what}")
        return head

    @cached_property
    def encoding(self) -> str:
        """UTF-8 or UTF-16 with its mark. Raises `InputError` when the head is neither."""
        for mark, name in _MARKS:
            if self.head.startswith(mark):
                return name
        if b"\0" in self.head:
            raise InputError(f"{self.path}: is no text (or UTF-16 without its mark); save it as UTF-8")
        try:
            codecs.getincrementaldecoder("utf-8")().decode(self.head)
        except UnicodeDecodeError as exc:
            line = self.head.count(b"\n", 0, exc.start) + 1
            raise InputError(f"{self.path}:{line}: is not UTF-8; save it as UTF-8") from exc
        return "utf-8"

    @cached_property
    def text_head(self) -> str:
        return codecs.getincrementaldecoder(self.encoding)().decode(self.head)

    def lines(self) -> Iterator[tuple[int, str | None]]:
        """Each line with its number from 1; None for a line that is too long or not in the file's encoding."""
        if self.encoding == "utf-16":
            yield from self._decoded_lines()
            return
        with self.open() as stream:
            number, broken = 1, False
            while line := stream.readline(LINE_BYTES):
                if len(line) == LINE_BYTES and not line.endswith(b"\n"):
                    broken = True
                    continue
                yield number, None if broken else _text(line, self.encoding if number == 1 else "utf-8")
                number, broken = number + 1, False
            if broken:
                yield number, None

    def _decoded_lines(self) -> Iterator[tuple[int, str | None]]:
        with self.open() as stream, io.TextIOWrapper(stream, self.encoding, errors="replace") as text:
            number, broken = 1, False
            while line := text.readline(LINE_BYTES):
                if len(line) == LINE_BYTES and not line.endswith("\n"):
                    broken = True
                    continue
                yield number, None if broken or "\ufffd" in line else line
                number, broken = number + 1, False
            if broken:
                yield number, None

    def chunks(self) -> Iterator[tuple[str, bool]]:
        """The text in pieces, and for each whether all of its bytes were text; what was not is replaced."""
        decoder = codecs.getincrementaldecoder(self.encoding)("replace")
        with self.open() as stream:
            while data := stream.read(CHUNK_BYTES):
                text = decoder.decode(data)
                yield text, "\ufffd" not in text or b"\xef\xbf\xbd" in data
            rest = decoder.decode(b"", final=True)
            if rest:
                yield rest, False


def _text(line: bytes, encoding: str) -> str | None:
    try:
        return line.decode(encoding)
    except UnicodeDecodeError:
        return None
