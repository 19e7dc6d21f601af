"""The `[capture]` table of `heatreel.toml`: defaults of `heatreel capture`, states by hand, logins, variants."""

from __future__ import annotations

from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator

from heatreel.core.errors import InputError
from heatreel.core.state import Action
from heatreel.core.strict import Name, Selector, Strict, from_environment
from heatreel.core.viewport import Viewport

Actions = Literal["click", "hover", "press", "type", "select", "scroll", "wait", "route"]
_NEED_SELECTOR = frozenset({"click", "hover", "type", "select", "scroll", "wait"})
_NEED_VALUE = frozenset({"press", "type", "select", "route"})
_SECRET_HEADERS = frozenset({"authorization", "cookie", "proxy-authorization", "x-api-key"})


class StepConfig(Strict):
    """One step of a recipe, as `heatreel states --json` prints them."""

    action: Actions
    selector: str = ""
    value: str = ""

    @model_validator(mode="after")
    def _complete(self) -> StepConfig:
        if self.action in _NEED_SELECTOR and not self.selector:
            raise ValueError(f"{self.action} needs a selector")
        if self.action in _NEED_VALUE and not self.value:
            raise ValueError(f"{self.action} needs a value")
        return self

    def as_action(self) -> Action:
        return Action(self.action, self.selector, self.value)


class StateConfig(Strict):
    """A state by hand: the page (a route pattern or a path), and the steps that lead there from a fresh visit."""

    name: Name
    page: Annotated[str, Field(pattern=r"^(/|#/|#!/)")]
    recipe: Annotated[tuple[StepConfig, ...], Field(min_length=1, max_length=50)]
    viewports: tuple[str, ...] = ()


class VariantConfig(Strict):
    """An arm of an A/B test: how to be shown it. `name` is what the recorder reports."""

    name: Annotated[str, Field(pattern=r"^[\w.:-]{1,64}$")]
    pages: tuple[str, ...] = ()
    cookies: dict[str, str] = Field(default_factory=dict)
    headers: dict[str, str] = Field(default_factory=dict)
    query: dict[str, str] = Field(default_factory=dict)
    local_storage: dict[str, str] = Field(default_factory=dict)
    rule: str = ""


class CredentialsConfig(Strict):
    """HTTP credentials (basic, digest), sent to the captured site only."""

    user: str
    password: str

    @field_validator("password")
    @classmethod
    def _not_here(cls, password: str) -> str:
        return _outside("the password", password)


class LoginConfig(Strict):
    """A login, done once before the capture. Its form may be sent; `until` appears when it has worked."""

    url: str
    steps: Annotated[tuple[StepConfig, ...], Field(min_length=1, max_length=50)]
    until: Selector


class CaptureConfig(Strict):
    """Defaults of `heatreel capture`; the options of the command line win."""

    urls: tuple[str, ...] = ()
    sitemap: str = ""
    viewports: tuple[str, ...] = ()
    hide: tuple[Selector, ...] = ()
    mask: tuple[Selector, ...] = ()
    wait_for: str = ""
    max_states: Annotated[int, Field(ge=1, le=1000)] = 40
    depth: Annotated[int, Field(ge=0, le=5)] = 2
    max_pages: Annotated[int, Field(ge=1, le=100_000)] = 20
    page_seconds: Annotated[float, Field(ge=2, le=3600)] = 10
    rate: Annotated[float, Field(gt=0, le=1000)] = 10
    memory_mb: Annotated[int, Field(ge=300, le=1_000_000)] = 1500
    as_visitor: bool = False
    public_only: bool = False
    scheme: Literal["light", "dark", "no-preference"] = "light"
    media: Literal["screen", "print"] = "screen"
    forced_colors: bool = False
    clock: str = ""
    headers: dict[str, str] = Field(default_factory=dict)
    cookies: dict[str, str] = Field(default_factory=dict)
    storage_state: str = ""
    credentials: CredentialsConfig | None = None
    login: LoginConfig | None = None
    states: tuple[StateConfig, ...] = ()
    variants: tuple[VariantConfig, ...] = ()

    @field_validator("viewports")
    @classmethod
    def _viewports(cls, texts: tuple[str, ...]) -> tuple[str, ...]:
        for text in texts:
            try:
                Viewport.parse(text)
            except InputError as exc:
                raise ValueError(str(exc)) from exc
        return texts

    @field_validator("urls")
    @classmethod
    def _urls(cls, urls: tuple[str, ...]) -> tuple[str, ...]:
        for url in urls:
            if not url.startswith("/") and urlsplit(url).scheme not in ("http", "https"):
                raise ValueError(f"{url!r} is neither a URL with http:// or https:// nor a path")
        return urls

    @field_validator("headers")
    @classmethod
    def _headers(cls, headers: dict[str, str]) -> dict[str, str]:
        for name, value in headers.items():
            if name.lower() in _SECRET_HEADERS:
                _outside(name, value)
        return headers

    @field_validator("states", "variants")
    @classmethod
    def _named_once(cls, items: tuple[StateConfig | VariantConfig, ...]) -> tuple[StateConfig | VariantConfig, ...]:
        names = [(item.name, getattr(item, "page", "")) for item in items]
        for name, page in names:
            if names.count((name, page)) > 1:
                raise ValueError(f"{name!r} is there twice")
        return items


def _outside(what: str, value: str) -> str:
    if not from_environment(value):
        raise ValueError(f"{what} does not belong in a file; write ${{NAME}} to take it from the environment")
    return value
