"""Where sealed parts lie: a folder of the workspace, or anything that fsspec has a name for (`s3://bucket/heat`)."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any
from urllib.parse import quote

from heatreel.core.errors import CannotRun, InputError

if TYPE_CHECKING:
    import pyarrow as pa

ROOT = "sealed"
"""Folder of the parts in a workspace."""
TABLES = ("events", "sessions", "documents", "targets", "states")
_SUFFIX = ".parquet"


def part_name(site: str, day: str) -> str:
    """A name for a new part of a site's day; no two are the same."""
    return f"site={quote(site, safe='')}/day={day}/{secrets.token_hex(8)}"


class Store:
    """The place of the parts of one workspace. `root` is a URL of fsspec, or empty for the workspace's own folder."""

    def __init__(self, folder: Path, root: str = "") -> None:
        self.folder = folder / ROOT
        self.root = root.rstrip("/")
        self._files: Any = None
        self._prefix = ""

    def read(self, part: str, table: str) -> pa.parquet.ParquetFile:
        """One table of a part, opened. Raises `OSError` or `pyarrow.ArrowException` when it cannot be read."""
        parquet = _parquet()
        if not self.root:
            return parquet.ParquetFile(self._path(part, table), memory_map=True)
        return parquet.ParquetFile(self._remote().open(self._url(part, table), "rb"))

    def write(self, part: str, table: str, data: pa.Table, **options: Any) -> int:
        """Stores one table of a part, whole or not at all; returns its size in bytes. Raises `CannotRun`."""
        parquet = _parquet()
        try:
            with self._whole(part, table) as file:
                parquet.write_table(data, file, **options)
                return int(file.tell())
        except OSError as exc:
            raise CannotRun(f"{self._name(part, table)}: cannot be written ({exc})") from exc

    def remove(self, part: str) -> None:
        """Removes all tables of a part; what is not there is no fault."""
        for table in TABLES:
            with suppress(FileNotFoundError):
                if self.root:
                    self._remote().rm_file(self._url(part, table))
                else:
                    self._path(part, table).unlink()

    def leftovers(self, known: set[str]) -> list[str]:
        """Parts of which there is a file though they are not known; drafts that were cut off are removed at once."""
        found: set[str] = set()
        for table in TABLES:
            for name in self._listed(table):
                found.add(name.split(f"/{table}/", 1)[1].removesuffix(_SUFFIX))
        return sorted(found - known)

    def _listed(self, table: str) -> list[str]:
        if self.root:
            return [f"/{name}" for name in self._remote().glob(f"{self._base()}/{table}/*/*/*{_SUFFIX}")]
        for draft in self.folder.glob(f"{table}/*/*/.*.draft"):
            draft.unlink(missing_ok=True)
        return [path.as_posix() for path in self.folder.glob(f"{table}/*/*/*{_SUFFIX}")]

    @contextmanager
    def _whole(self, part: str, table: str) -> Iterator[IO[bytes]]:
        if self.root:
            url = self._url(part, table)
            self._remote().makedirs(url.rpartition("/")[0], exist_ok=True)
            with self._remote().open(url, "wb") as file:
                yield file
            return
        path = self._path(part, table)
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.draft")
        try:
            with draft.open("wb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
            _sync(path.parent)
        finally:
            draft.unlink(missing_ok=True)

    def _path(self, part: str, table: str) -> Path:
        return self.folder / table / f"{part}{_SUFFIX}"

    def _url(self, part: str, table: str) -> str:
        return f"{self._base()}/{table}/{part}{_SUFFIX}"

    def _name(self, part: str, table: str) -> str:
        return f"{self.root}/{table}/{part}{_SUFFIX}" if self.root else str(self._path(part, table))

    def _base(self) -> str:
        self._remote()
        return self._prefix

    def _remote(self) -> Any:
        if self._files is None:
            try:
                from fsspec.core import url_to_fs
            except ModuleNotFoundError as exc:
                raise _missing(exc) from exc
            try:
                self._files, self._prefix = url_to_fs(self.root)
            except (ImportError, ValueError) as exc:
                raise InputError(f"{self.root}: no such place for sealed events ({exc})") from exc
        return self._files


def _sync(folder: Path) -> None:
    # Windows cannot open a folder; there a rename is durable by itself.
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _parquet() -> Any:
    try:
        import pyarrow.parquet
    except ModuleNotFoundError as exc:
        raise _missing(exc) from exc
    return pyarrow.parquet


def _missing(exc: ModuleNotFoundError) -> CannotRun:
    return CannotRun(f"sealed events need {exc.name}, which is not installed; run `pip install 'heatreel[scale]'`")
