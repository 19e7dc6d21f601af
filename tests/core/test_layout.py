"""The tree's own rules: one namespace, imports that run one way, nothing heavy behind `--help`."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
STAGES = ("core", "capture", "replay", "overlays", "app")
MAY_IMPORT = {
    "core": {"core"},
    "capture": {"core", "capture"},
    "replay": {"core", "replay"},
    "overlays": {"core", "overlays"},
    "app": set(STAGES),
}
DRIVES_A_BROWSER = {
    "replay/heatreel/replay/importing/rrweb.py",
    "replay/heatreel/replay/journeys/drive.py",
}
"""Modules of replay whose purpose is to drive a browser: they borrow it from capture, where they need it."""


def imports(path: Path) -> set[str]:
    """Top names a module imports; for our own, `heatreel.STAGE`."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names


def modules(stage: str) -> list[Path]:
    return sorted((ROOT / stage / "heatreel" / stage).rglob("*.py"))


@pytest.mark.parametrize("stage", STAGES)
def test_imports_run_one_way(stage: str) -> None:
    assert modules(stage)
    for path in modules(stage):
        allowed = MAY_IMPORT[stage] | ({"capture"} if path.relative_to(ROOT).as_posix() in DRIVES_A_BROWSER else set())
        for name in imports(path):
            if name.startswith("heatreel."):
                assert name.split(".")[1] in allowed, f"{path} imports {name}"


@pytest.mark.parametrize("stage", ["core", "replay", "overlays"])
def test_only_capture_and_app_know_a_browser(stage: str) -> None:
    for path in modules(stage):
        assert not any(name.split(".")[0] == "playwright" for name in imports(path)), path


def test_namespace_has_no_init() -> None:
    assert not [str(ROOT / stage) for stage in STAGES if (ROOT / stage / "heatreel" / "__init__.py").exists()]
    for stage in STAGES:
        assert (ROOT / stage / "heatreel" / stage / "py.typed").exists()


def test_help_loads_nothing_heavy() -> None:
    script = "import sys, heatreel.app.main; print([n for n in HEAVY if n in sys.modules])"
    heavy = ["cv2", "numpy", "playwright", "sqlite_utils", "pydantic", "jinja2", "PIL", "starlette", "msgspec"]
    done = subprocess.run(
        [sys.executable, "-c", script.replace("HEAVY", repr(heavy))], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_nothing_of_one_machine_is_committed() -> None:
    """No home or work path of a machine, no package registry's host, no key, in any tracked text file."""
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    bad = re.compile(
        r"/(?:root|home/[a-z]+|work)/[\w.]|registry\.npmjs\.org|pypi\.org/simple|files\.pythonhosted"
        r"|BEGIN (?:RSA |EC |OPENSSH )?PRIVATE KEY"
    )
    for name in tracked.decode().split("\0"):
        path = ROOT / name
        if not name or not path.is_file() or path == Path(__file__).resolve():
            continue
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError:
            continue
        found = bad.search(text)
        assert not found, f"{name}: {found and found.group()}"
