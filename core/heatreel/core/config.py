"""What a person writes in `heatreel.toml`: checked at the door, unknown keys refused, the message names the key."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, field_validator

from heatreel.core.capture_config import CaptureConfig
from heatreel.core.errors import InputError
from heatreel.core.finding import SEVERITIES, VERIFY_RULES, Severity
from heatreel.core.insight_config import InsightsConfig
from heatreel.core.strict import Strict

FILE_NAME = "heatreel.toml"


class SiteConfig(Strict):
    """Which pages belong together, and what the collector takes for this site.

    `routes`: patterns of pages; `query`: keys that make another page. `origins`: the only ones whose pages may send.
    `write_key`: made by itself when empty. `retention_days` of events and `film_days` of films; 0 keeps for ever.
    `seal_after_h`: hours without a batch after which a session is over and can be sealed. `sealed`: where sealed parts
    go, a URL of fsspec (`s3://bucket/heat`); empty for the workspace. `rate_per_address`, `rate_per_key`: batches a
    second, 0 for the collector's own bound. `proxies`: addresses whose X-Forwarded-For is believed.
    """

    name: str = "default"
    routes: tuple[str, ...] = ()
    query: tuple[Annotated[str, Field(pattern=r"^[^&=#,\s]{1,64}$")], ...] = ()
    origins: tuple[str, ...] = ()
    write_key: Annotated[str, Field(pattern=r"^([A-Za-z0-9_-]{8,64})?$")] = ""
    retention_days: Annotated[int, Field(ge=0, le=36_500)] = 90
    film_days: Annotated[int, Field(ge=0, le=36_500)] = 30
    seal_after_h: Annotated[float, Field(ge=0, le=876_000)] = 48
    sealed: str = ""
    rate_per_address: Annotated[float, Field(ge=0)] = 0
    rate_per_key: Annotated[float, Field(ge=0)] = 0
    proxies: tuple[str, ...] = ()

    @field_validator("origins")
    @classmethod
    def _origins(cls, origins: tuple[str, ...]) -> tuple[str, ...]:
        for one in origins:
            parts = urlsplit(one)
            if parts.scheme not in ("http", "https") or not parts.hostname or one.count("/") != 2:
                raise ValueError(f"{one!r}: write scheme://host or scheme://host:port")
        return origins

    @field_validator("routes")
    @classmethod
    def _rooted(cls, routes: tuple[str, ...]) -> tuple[str, ...]:
        for route in routes:
            if not route.startswith(("/", "#/", "#!/")):
                raise ValueError(f"route {route!r} must start with /")
        return routes


Percent = Annotated[float, Field(ge=0, le=100)]


class VerifyConfig(Strict):
    """Rules of `heatreel verify`: what may change, and how much.

    `survival`: least % of the clicks of BASE that still land. `hot`: % of the clicks of a page and viewport that
    makes an element hot. `min_clicks`: with fewer on a page and viewport, heat does not lower a severity. `seen`:
    least % of visits that must scroll as far as an element that was shown at first. `target_px`: least side of a
    target on touch viewports, CSS px. `shift`: cumulative layout shift (web.dev/cls) of a load above
    which it is told, when it also grew by as much. `look`: most % of a picture that may look different; left out,
    pictures are not compared. `severity` sets rules to error, warning, info or off.
    """

    survival: Percent = 90
    hot: Percent = 2
    min_clicks: Annotated[int, Field(ge=1)] = 50
    seen: Percent = 80
    target_px: Literal[24, 44] = 24
    shift: Annotated[float, Field(gt=0)] = 0.1
    look: Percent | None = None
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


class Config(Strict):
    """The whole of `heatreel.toml`."""

    site: SiteConfig = SiteConfig()
    capture: CaptureConfig = CaptureConfig()
    verify: VerifyConfig = VerifyConfig()
    insights: InsightsConfig = InsightsConfig()


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
