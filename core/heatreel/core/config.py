"""What a person writes in `heatreel.toml`: checked at the door, unknown keys refused, the message names the key."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, field_validator

from heatreel.core.errors import InputError
from heatreel.core.finding import SEVERITIES, VERIFY_RULES, Severity
from heatreel.core.viewport import Viewport

FILE_NAME = "heatreel.toml"

_Selector = Annotated[str, StringConstraints(min_length=1, max_length=2048)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SiteConfig(_Strict):
    """Which pages belong together: route patterns, and the query keys that make another page."""

    name: str = "default"
    routes: tuple[str, ...] = ()
    query: tuple[str, ...] = ()

    @field_validator("routes")
    @classmethod
    def _rooted(cls, routes: tuple[str, ...]) -> tuple[str, ...]:
        for route in routes:
            if not route.startswith(("/", "#/", "#!/")):
                raise ValueError(f"route {route!r} must start with /")
        return routes


class CaptureConfig(_Strict):
    """Defaults of `heatreel capture`; the options of the command line win."""

    viewports: tuple[str, ...] = ()
    hide: tuple[_Selector, ...] = ()
    mask: tuple[_Selector, ...] = ()
    wait_for: str = ""
    max_states: Annotated[int, Field(ge=1, le=1000)] = 40
    depth: Annotated[int, Field(ge=0, le=5)] = 2
    max_pages: Annotated[int, Field(ge=1, le=100_000)] = 20

    @field_validator("viewports")
    @classmethod
    def _viewports(cls, texts: tuple[str, ...]) -> tuple[str, ...]:
        for text in texts:
            try:
                Viewport.parse(text)
            except InputError as exc:
                raise ValueError(str(exc)) from exc
        return texts


Percent = Annotated[float, Field(ge=0, le=100)]


class VerifyConfig(_Strict):
    """Rules of `heatreel verify`: what may change, and how much.

    `survival`: least % of the clicks of BASE that still land. `hot`: % of the clicks of a page and viewport that
    makes an element hot. `min_clicks`: with fewer on a page and viewport, heat does not lower a severity. `seen`:
    least % of visits that must scroll as far as an element that was shown at first. `target_px`: least side of a
    target on touch viewports, CSS px. `severity` sets rules to error, warning, info or off.
    """

    survival: Percent = 90
    hot: Percent = 2
    min_clicks: Annotated[int, Field(ge=1)] = 50
    seen: Percent = 80
    target_px: Literal[24, 44] = 24
    fail_on: tuple[str, ...] = ("error",)
    severity: dict[str, Severity | Literal["off"]] = Field(default_factory=dict)

    @field_validator("fail_on")
    @classmethod
    def _known_bounds(cls, words: tuple[str, ...]) -> tuple[str, ...]:
        return check_fail_on(words)

    @field_validator("severity")
    @classmethod
    def _known_rules(cls, severity: dict[str, Severity | Literal["off"]]) -> dict[str, Severity | Literal["off"]]:
        for rule in severity:
            if rule not in VERIFY_RULES:
                raise ValueError(f"no rule {rule!r}; there are {', '.join(VERIFY_RULES)}")
        return severity


def check_fail_on(words: tuple[str, ...]) -> tuple[str, ...]:
    """The words when each is a severity, `none` or a rule; raises `ValueError` that lists them."""
    known = (*SEVERITIES, "none", *VERIFY_RULES)
    for word in words:
        if word not in known:
            raise ValueError(f"no severity or rule {word!r}; there are {', '.join(known)}")
    return words


class Config(_Strict):
    """The whole of `heatreel.toml`."""

    site: SiteConfig = SiteConfig()
    capture: CaptureConfig = CaptureConfig()
    verify: VerifyConfig = VerifyConfig()


def load_config(path: Path | None) -> Config:
    """The configuration in a file; the defaults when `path` is None. Raises `InputError` naming file and key."""
    if path is None:
        return Config()
    try:
        raw = tomllib.loads(path.read_text("utf-8"))
    except OSError as exc:
        raise InputError(f"{path}: cannot be read ({exc.strerror})") from exc
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as exc:
        raise InputError(f"{path}: is not TOML ({exc})") from exc
    try:
        return Config.model_validate(raw)
    except ValidationError as exc:
        first = exc.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        text = "no such key" if first["type"] == "extra_forbidden" else first["msg"].removeprefix("Value error, ")
        raise InputError(f"{path}: {key}: {text}") from exc


def find_config(folder: Path) -> Path | None:
    """`heatreel.toml` in a folder, or None."""
    path = folder / FILE_NAME
    return path if path.is_file() else None
