"""The wheel and the source archive: what is in them, and that the wheel works without the checkout."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
STAGES = ("core", "capture", "replay", "overlays", "app")
BUNDLES = {
    "capture": ("page.js", "recorder.js", "more.js", "film.js", "replay.js", "keep.js"),
    "overlays": ("viewer.js",),
}

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel and the source archive of this tree."""
    folder = tmp_path_factory.mktemp("dist")
    program = (
        "import os, sys; from hatchling.build import build_sdist, build_wheel; os.chdir(sys.argv[1]);"
        "build_wheel(sys.argv[2]); build_sdist(sys.argv[2])"
    )
    subprocess.run([sys.executable, "-c", program, str(ROOT), str(folder)], check=True, capture_output=True)
    return folder


@pytest.fixture(scope="module")
def names(built: Path) -> list[str]:
    with zipfile.ZipFile(next(built.glob("*.whl"))) as wheel:
        return wheel.namelist()


def test_a_wheel_carries_every_stage_its_types_and_the_built_javascript(names: list[str]) -> None:
    for stage in STAGES:
        assert f"heatreel/{stage}/__init__.py" in names or any(name.startswith(f"heatreel/{stage}/") for name in names)
    assert any(name.endswith("/py.typed") for name in names)
    for stage, bundles in BUNDLES.items():
        for bundle in bundles:
            assert f"heatreel/{stage}/bundles/{bundle}" in names
    assert "heatreel/__init__.py" not in names, "heatreel is a namespace"


def test_a_wheel_holds_nothing_else(names: list[str]) -> None:
    assert {name.split("/")[0] for name in names if not name.split("/")[0].endswith(".dist-info")} == {"heatreel"}
    assert not [name for name in names if "/tests/" in name or "node_modules" in name or name.endswith((".ts", ".pyc"))]


def test_what_the_wheel_says_of_itself(built: Path, names: list[str]) -> None:
    with zipfile.ZipFile(next(built.glob("*.whl"))) as wheel:
        metadata = next(name for name in names if name.endswith(".dist-info/METADATA"))
        told = Parser().parsestr(wheel.read(metadata).decode())
    assert told["Name"] == "heatreel" and told["License-Expression"] == "Apache-2.0"
    assert told["Description-Content-Type"] == "text/markdown"
    licences = [name for name in names if "/licenses/" in name]
    assert {Path(name).name for name in licences} >= {"LICENSE", "THIRD_PARTY.md"}


def test_the_wheel_works_without_the_checkout(built: Path, tmp_path: Path) -> None:
    target = tmp_path / "installed"
    with zipfile.ZipFile(next(built.glob("*.whl"))) as wheel:
        wheel.extractall(target)
    program = f"""
import sys
own = [path for path in sys.path if path.startswith({str(ROOT)!r}) and "site-packages" not in path]
sys.path = [{str(target)!r}] + [path for path in sys.path if path not in own]
import heatreel
heatreel.__path__ = [{str(target / "heatreel")!r}]
from heatreel.app.main import run
sys.argv = ["heatreel", "init"]
run()
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "heatreel.toml").exists()


def test_the_source_archive_can_be_built_from(built: Path) -> None:
    with tarfile.open(next(built.glob("*.tar.gz"))) as archive:
        names = {name.split("/", 1)[1] for name in archive.getnames() if "/" in name}
    needed = {"pyproject.toml", "package.json", "package-lock.json", "LICENSE", "README.md", "scripts/hatch_build.py"}
    assert needed <= names
    assert any(name.startswith("capture/page/src/") for name in names)
