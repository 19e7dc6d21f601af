"""Runs the real command in a process of its own, as a user does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest


@dataclass(frozen=True)
class Done:
    """What a command left: exit code, standard output and error."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    def fails(self, code: int, *words: str) -> None:
        """One clear line that holds the words, that exit code, no traceback, nothing on standard output."""
        assert self.code == code, (self.code, self.out, self.err)
        lines = [line for line in self.err.splitlines() if line.startswith("heatreel: ")]
        assert len(lines) == 1, self.err
        assert "Traceback" not in self.err
        for word in words:
            assert word in lines[0], lines[0]
        assert self.out == ""


@pytest.fixture
def heatreel(tmp_path: Path) -> Callable[..., Done]:
    """`heatreel(*arguments)` in an empty folder, with `cwd` and `env` to change."""

    def call(*arguments: object, cwd: Path = tmp_path, timeout_s: float = 120, **env: str) -> Done:
        done = subprocess.run(
            [sys.executable, "-m", "heatreel.app", *map(str, arguments)],
            cwd=cwd,
            env={**os.environ, **env},
            capture_output=True,
            text=True,
            timeout=timeout_s,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    return call
