"""Fixtures that all tests share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from serving import served

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ROOT / "tests" / "sites" / "node_modules"


@pytest.fixture
def serve_folder() -> Iterator[Callable[..., str]]:
    """`serve_folder(folder, snippet="")` serves it for the length of the test; returns its URL without a slash."""
    with ExitStack() as stack:
        yield lambda folder, snippet="": stack.enter_context(served(folder, snippet))


@pytest.fixture(scope="session")
def site_package() -> Callable[[str], Path]:
    """A function from the name of an npm package in `tests/sites/package.json` to its folder of real pages."""

    def folder(name: str) -> Path:
        path = PACKAGES / name
        if not path.is_dir():
            pytest.fail(f"{path} is missing: run scripts/test, or `npm ci --prefix tests/sites`")
        return path

    return folder
