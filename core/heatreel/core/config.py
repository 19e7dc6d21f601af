"""What a person writes in `heatreel.toml`: checked at the door, unknown keys refused, the message names the key."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, field_validator

from heatreel.core.errors import InputError
from heatreel.core.state import Action
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


class StepConfig(_Strict):
    """One action of a state added by hand."""

    action: str = Field(pattern="^(click|hover|press|scroll|route)$")
    selector: str = ""
    value: str = ""

    def as_action(self) -> Action:
        return Action(self.action, self.selector, self.value)


class StateConfig(_Strict):
    """A state added by hand: its name, the page it is on, and the recipe that leads to it."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=120)]
    page: str
    recipe: tuple[StepConfig, ...] = Field(min_length=1)


class CaptureConfig(_Strict):
    """Defaults of `heatreel capture`; the options of the command line win."""

    viewports: tuple[str, ...] = ()
    hide: tuple[_Selector, ...] = ()
    mask: tuple[_Selector, ...] = ()
    wait_for: str = ""
    max_states: Annotated[int, Field(ge=1, le=1000)] = 40
    depth: Annotated[int, Field(ge=0, le=5)] = 2
    max_pages: Annotated[int, Field(ge=1, le=100_000)] = 20
    states: tuple[StateConfig, ...] = ()

    @field_validator("viewports")
    @classmethod
    def _viewports(cls, texts: tuple[str, ...]) -> tuple[str, ...]:
        for text in texts:
            try:
                Viewport.parse(text)
            except InputError as exc:
                raise ValueError(str(exc)) from exc
        return texts


class Config(_Strict):
    """The whole of `heatreel.toml`."""

    site: SiteConfig = SiteConfig()
    capture: CaptureConfig = CaptureConfig()


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
