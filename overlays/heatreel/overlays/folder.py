"""Folders that are written whole or not at all, and that never take the place of something else."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from heatreel.core.errors import CannotRun, InputError


@contextmanager
def whole_folder(target: Path, mark: str) -> Iterator[Path]:
    """A fresh folder beside `target` that takes its place when the block ends well, and is gone when it does not.

    A folder with a file named `mark` is one of ours and is replaced, as is an empty one. Raises `InputError`
    for anything else that is there, `CannotRun` when the disk refuses.
    """
    target = target.absolute()
    _refuse_foreign(target, mark)
    draft = target.with_name(f".{target.name}.{secrets.token_hex(6)}.part")
    try:
        draft.mkdir(parents=True)
        yield draft
        _refuse_foreign(target, mark)
        _take_place(draft, target)
    except OSError as exc:
        raise CannotRun(f"{target}: cannot be written ({exc.strerror or exc})") from exc
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _refuse_foreign(target: Path, mark: str) -> None:
    if target.is_symlink() or (target.exists() and not target.is_dir()):
        raise InputError(f"{target}: is there already and is not a folder; choose another")
    if target.is_dir() and not (target / mark).is_file() and any(target.iterdir()):
        raise InputError(f"{target}: holds other things than a report; choose another folder or empty it")


def _take_place(draft: Path, target: Path) -> None:
    """Two renames: between them the old report is still whole, under another name."""
    if not target.exists():
        draft.rename(target)
        return
    old = target.with_name(f".{target.name}.{secrets.token_hex(6)}.old")
    target.rename(old)
    try:
        draft.rename(target)
    except OSError:
        old.rename(target)
        raise
    shutil.rmtree(old, ignore_errors=True)
