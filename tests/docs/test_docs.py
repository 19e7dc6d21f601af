"""The documentation tells the truth: its links lead somewhere, its commands exist and are all there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.main import get_command

from heatreel.app.main import COMMANDS, app

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "THIRD_PARTY.md")]
PAGES += sorted((ROOT / "docs").glob("*.md"))
_LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#]+)")
_COMMAND = re.compile(r"^\s*(?:\.venv/bin/)?heatreel ((?:-\S+ )*)(\w+)(.*)$", re.MULTILINE)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for link in _LINK.findall(page.read_text("utf-8")):
        assert (page.parent / link).exists(), f"{page.name}: {link}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_and_options_exist(page: Path) -> None:
    commands = get_command(app).commands  # type: ignore[attr-defined]
    for _, name, rest in _COMMAND.findall(page.read_text("utf-8")):
        assert name in commands, f"{page.name}: heatreel {name}"
        known = {
            option for parameter in commands[name].params for option in (*parameter.opts, *parameter.secondary_opts)
        }
        for option in re.findall(r"(?<!\S)(--?[a-z][\w-]*)", rest.split("#")[0]):
            assert option in known | {"--help"}, f"{page.name}: heatreel {name} {option}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_tests_that_are_named_are_there(page: Path) -> None:
    for name, test in re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", page.read_text("utf-8")):
        source = ROOT / name
        assert source.exists(), f"{page.name}: {name}"
        assert not test or re.search(rf"^(async )?def {test}\(", source.read_text("utf-8"), re.MULTILINE), (
            f"{page.name}: {test}"
        )


def test_every_command_is_in_the_reference_with_help() -> None:
    reference = (ROOT / "docs" / "cli.md").read_text("utf-8")
    commands = get_command(app).commands  # type: ignore[attr-defined]
    assert set(commands) == set(COMMANDS)
    for name, command in commands.items():
        assert f"## heatreel {name}\n" in reference
        assert command.help
        for parameter in command.params:
            assert getattr(parameter, "help", None), f"heatreel {name} {parameter.name} has no help"


def test_scripts_of_the_readme_are_there_and_can_be_run() -> None:
    for name in re.findall(r"(?<![\w/])(scripts/\w+)", (ROOT / "README.md").read_text("utf-8")):
        assert (ROOT / name).stat().st_mode & 0o100, name
