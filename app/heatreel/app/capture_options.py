"""The options of `heatreel capture`: the command line, `heatreel.toml` and the environment made one."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

from heatreel.capture.options import Access, Arm, Asked, Bounds, CaptureOptions, Login, Pairs
from heatreel.core.capture_config import CaptureConfig, LoginConfig, VariantConfig
from heatreel.core.config import Config, find_config, load_config
from heatreel.core.errors import InputError
from heatreel.core.routes import RouteTable
from heatreel.core.strict import filled
from heatreel.core.viewport import Viewport, parse_viewports

_SAME = (
    "hide", "mask", "wait_for", "max_states", "depth", "max_pages", "sitemap", "rate", "memory_mb",
    "as_visitor", "public_only", "scheme", "media", "forced_colors", "clock",
)  # fmt: skip
"""Options that `[capture]` has under the same name."""

_WORDS = {
    "states": ("auto", "none"),
    "routes": ("auto", "none"),
    "scheme": ("light", "dark", "no-preference"),
    "media": ("screen", "print"),
}


def arms_named(names: Iterable[str], options: CaptureOptions) -> tuple[Arm, ...]:
    """The arms of these names, as they are configured, or else by name only."""
    known = {arm.name: arm for arm in options.arms}
    return tuple(known.get(name, Arm(name)) for name in dict.fromkeys(names))


def load(file: Path | None) -> Config:
    """The configuration that was named, or `heatreel.toml` of this folder when there is one."""
    return load_config(file or find_config(Path()))


def options_from(
    file: Path | None, *, viewports: Sequence[str], urls: Sequence[str] = (), **given: Any
) -> CaptureOptions:
    """The options of a capture: what was given wins over the configuration, which wins over the defaults.

    `given` holds options by their names; None counts as not given. Of `CaptureOptions`, but for `storage_state`,
    `headers`, `cookies`, `credentials` (texts of the command line), `variants` (list), `page_seconds`. `urls` are the
    pages, by which paths in the configuration become URLs. Raises `InputError` for a configuration, viewport, word or
    file that is not one, and for a variable that the environment has not.
    """
    config = load(file)
    table = {name: value for name, value in given.items() if value is not None}
    capture = config.capture
    seen = parse_viewports(list(viewports or capture.viewports))
    values: dict[str, Any] = {name: table.pop(name, getattr(capture, name)) for name in _SAME}
    values["hide"], values["mask"] = tuple(values["hide"]), tuple(values["mask"])
    base = next((url for url in (*urls, *capture.urls) if urlsplit(url).scheme), "")
    values |= {
        "viewports": seen,
        "site": config.site.name,
        "table": route_table(config),
        "access": _access(table, capture, base),
        "arms": _arms(table.pop("variants", None) or [], capture.variants),
        "asked": _by_hand(capture, seen),
        "bounds": Bounds(page_s=table.pop("page_seconds", capture.page_seconds)),
    }
    options = CaptureOptions(**values | table)
    _check_words(options)
    return options


def capture_urls_of(config: Config, given: Sequence[str]) -> list[str]:
    """The pages to capture: those given, else those of the configuration; paths are of the first whole URL's site."""
    urls = list(given) or list(config.capture.urls)
    base = next((url for url in urls if urlsplit(url).scheme), "")
    if urls and not base:
        raise InputError(f"{urls[0]}: a path alone is no URL; write the first one with http:// or https://")
    return [urljoin(base, url) if url.startswith("/") else url for url in urls]


def route_table(config: Config) -> RouteTable:
    """The routes of a configuration."""
    return RouteTable(config.site.routes, config.site.query)


def _check_words(options: CaptureOptions) -> None:
    for name, words in _WORDS.items():
        if getattr(options, name) not in words:
            raise InputError(f"--{name} {getattr(options, name)}: write {' or '.join(words)}")
    if options.clock:
        try:
            datetime.fromisoformat(options.clock)
        except ValueError as exc:
            raise InputError(f"--clock {options.clock}: write a time such as 2026-03-01T12:00:00") from exc
    if options.sitemap not in ("", "auto") and urlsplit(options.sitemap).scheme not in ("http", "https"):
        raise InputError(f"--sitemap {options.sitemap}: write auto, or a URL with http:// or https://")


# Getting in


def _access(table: dict[str, Any], capture: CaptureConfig, base: str) -> Access:
    state = table.pop("storage_state", None) or (Path(capture.storage_state) if capture.storage_state else None)
    if state:
        _check_state(state)
    headers = dict(_filled(capture.headers, "capture.headers")) | dict(_headers(table.pop("headers", None) or ()))
    cookies = dict(_filled(capture.cookies, "capture.cookies")) | dict(_cookies(table.pop("cookies", None) or ()))
    return Access(
        state,
        tuple(headers.items()),
        tuple(cookies.items()),
        _credentials(table.pop("credentials", None), capture),
        _login(capture.login, base) if capture.login else None,
    )


def _check_state(path: Path) -> None:
    if not path.is_file():
        raise InputError(f"{path}: no such file (--storage-state)")
    try:
        state = json.loads(path.read_text("utf-8"))
        good = isinstance(state["cookies"], list) and isinstance(state.get("origins", []), list)
    except (OSError, ValueError, KeyError, TypeError) as exc:
        raise InputError(f"{path}: is not a storage state of Playwright ({type(exc).__name__})") from exc
    if not good:
        raise InputError(f"{path}: is not a storage state of Playwright")


def _headers(texts: Iterable[str]) -> Pairs:
    pairs = []
    for text in texts:
        name, colon, value = text.partition(":")
        if not colon or not name.strip() or any(char in text for char in "\r\n"):
            raise InputError("--header: write 'NAME: VALUE'")
        if name.strip().lower() == "cookie":
            raise InputError("--header Cookie: write --cookie NAME=VALUE, which goes to the captured site only")
        pairs.append((name.strip(), filled(value.strip(), f"--header {name.strip()}")))
    return tuple(pairs)


def _cookies(texts: Iterable[str]) -> Pairs:
    pairs = []
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            raise InputError("--cookie: write NAME=VALUE")
        pairs.append((name.strip(), filled(value, f"--cookie {name.strip()}")))
    return tuple(pairs)


def _credentials(text: str | None, capture: CaptureConfig) -> tuple[str, str] | None:
    if text:
        user, colon, password = text.partition(":")
        if not colon:
            raise InputError("--credentials: write USER:PASSWORD, such as me:${SITE_PASSWORD}")
        return filled(user, "--credentials"), filled(password, "--credentials")
    if not capture.credentials:
        return None
    one = capture.credentials
    return filled(one.user, "capture.credentials.user"), filled(one.password, "capture.credentials.password")


def _login(login: LoginConfig, base: str) -> Login:
    url = urljoin(base, login.url)
    if urlsplit(url).scheme not in ("http", "https"):
        raise InputError(f"capture.login.url: {login.url} is not a URL")
    for number, step in enumerate(login.steps):
        filled(step.value, f"capture.login.steps.{number}.value")
    return Login(url, tuple(step.as_action() for step in login.steps), login.until)


def _filled(texts: Mapping[str, str], where: str) -> Pairs:
    return tuple((name, filled(value, f"{where}.{name}")) for name, value in texts.items())


# Variants


def _arms(wanted: Sequence[str], configured: Sequence[VariantConfig]) -> tuple[Arm, ...]:
    """The variants to capture: those named, else those of the configuration, else none."""
    known = {one.name: _arm(one) for one in configured}
    if not wanted:
        return tuple(known.values()) or (Arm(),)
    arms: dict[str, Arm] = {}
    for text in wanted:
        name, equals, way = text.partition("=")
        arm = arms.get(name) or known.get(name) or Arm(name)
        arms[name] = _with_way(arm, text, way) if equals else arm
    return tuple(arms.values())


def _arm(one: VariantConfig) -> Arm:
    where = f"capture.variants.{one.name}"
    return Arm(
        one.name,
        one.pages,
        _filled(one.cookies, f"{where}.cookies"),
        _filled(one.headers, f"{where}.headers"),
        tuple(one.query.items()),
        tuple(one.local_storage.items()),
        one.rule,
    )


def _with_way(arm: Arm, text: str, way: str) -> Arm:
    """An arm with one more way to be shown it: `b=cookie:arm=b`, `b=query:v=b`, `b=rule:.hero-b`."""
    kind, colon, rest = way.partition(":")
    if kind == "rule" and rest:
        return replace(arm, rule=rest)
    name, equals, value = rest.partition("=")
    field = {"cookie": "cookies", "header": "headers", "query": "query", "storage": "local_storage"}.get(kind)
    if not field or not colon or not equals or not name:
        raise InputError(
            f"--variant {text}: write NAME, NAME=cookie:KEY=VALUE (or header, query, storage), or NAME=rule:CSS"
        )
    more: dict[str, Any] = {field: (*getattr(arm, field), (name, value))}
    return replace(arm, **more)


# States by hand


def _by_hand(capture: CaptureConfig, viewports: Sequence[Viewport]) -> tuple[Asked, ...]:
    names = {viewport.name for viewport in viewports}
    for one in capture.states:
        for name in one.viewports:
            if name not in names:
                raise InputError(
                    f"capture.states: {one.name!r} is for viewport {name!r}; there are {', '.join(sorted(names))}"
                )
    return tuple(
        Asked(
            one.page, one.name, tuple(step.as_action() for step in one.recipe), "heatreel.toml", viewports=one.viewports
        )
        for one in capture.states
    )
