from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heatreel.core.errors import InputError
from heatreel.core.viewport import DEFAULT_VIEWPORTS, Viewport, parse_viewports

names = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}", fullmatch=True)


@given(names, st.integers(200, 10_000), st.integers(200, 10_000), st.sampled_from([1.0, 1.5, 2.0, 3.0]), st.booleans())
def test_what_is_written_is_read_back(name: str, width: int, height: int, dpr: float, touch: bool) -> None:
    viewport = Viewport(name, width, height, dpr, touch)
    assert Viewport.parse(str(viewport)) == viewport


@pytest.mark.parametrize(
    "text", ["", "desktop", "a=1x1", "a=100x", "a=1440x900@", "a=1440x900@9", "a=1440x900,tap", "=1x1", "a=99999x900"]
)
def test_unknown_text_is_refused_with_the_form(text: str) -> None:
    with pytest.raises(InputError, match="viewport"):
        Viewport.parse(text)


@given(st.text())
def test_any_text_is_a_viewport_or_an_input_error(text: str) -> None:
    try:
        Viewport.parse(text)
    except InputError as exc:
        assert exc.exit_code == 2


def test_defaults_and_double_names() -> None:
    assert parse_viewports([]) == DEFAULT_VIEWPORTS
    with pytest.raises(InputError, match="twice"):
        parse_viewports(["a=300x300", "a=400x400"])
