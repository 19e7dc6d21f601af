from __future__ import annotations

from pathlib import Path

import pytest

from heatreel.app.commands.init import TEMPLATE
from heatreel.core.config import Config, load_config
from heatreel.core.errors import InputError


def test_template_is_the_defaults(tmp_path: Path) -> None:
    path = tmp_path / "heatreel.toml"
    path.write_text(TEMPLATE)
    assert load_config(path) == Config() == load_config(None)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[site]\nrouts = []", "site.routs"),
        ('[site]\nroutes = ["product"]', "site.routes"),
        ('[capture]\nviewports = ["big"]', "capture.viewports"),
        ("[capture]\nmax_states = 0", "capture.max_states"),
        ("[capture", "is not TOML"),
    ],
)
def test_mistakes_name_the_file_and_key(tmp_path: Path, text: str, named: str) -> None:
    path = tmp_path / "heatreel.toml"
    path.write_text(text)
    with pytest.raises(InputError) as caught:
        load_config(path)
    assert str(path) in str(caught.value)
    assert named in str(caught.value)
    assert "\n" not in str(caught.value)


def test_missing_and_binary_files(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        load_config(tmp_path / "none.toml")
    path = tmp_path / "b.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="is not TOML"):
        load_config(path)
