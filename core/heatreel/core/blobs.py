"""Blobs: files named by the SHA-256 of what they hold, written whole or not at all."""

from __future__ import annotations

import hashlib
import os
import secrets
from pathlib import Path

from heatreel.core.errors import CannotRun, WorkspaceError


def write_atomic(path: Path, data: bytes) -> None:
    """Puts `data` at `path` so that a reader sees the old file or the new one, also after a crash."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(6)}.part")
    try:
        with draft.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as exc:
        draft.unlink(missing_ok=True)
        raise CannotRun(f"{path}: cannot be written ({exc.strerror or exc})") from exc


class Blobs:
    """The folder of blobs of a workspace."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, name: str) -> Path:
        return self.folder / name[:2] / name

    def put(self, data: bytes) -> str:
        """Stores `data` and returns its name; storing the same bytes again writes nothing."""
        name = hashlib.sha256(data).hexdigest()
        path = self.path(name)
        if not path.exists():
            write_atomic(path, data)
        return name

    def get(self, name: str) -> bytes:
        """The bytes of a blob; raises `WorkspaceError` when it is gone or was changed."""
        path = self.path(name)
        try:
            data = path.read_bytes()
        except OSError as exc:
            raise WorkspaceError(f"{path}: blob is missing; capture again") from exc
        if hashlib.sha256(data).hexdigest() != name:
            raise WorkspaceError(f"{path}: blob is damaged; delete it and capture again")
        return data
