"""Pages of a report: a template, the viewer's script and style, and a policy that lets nothing out."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from heatreel.core.version import tool_version
from heatreel.overlays.bundle import bundle, source_hash

Policy = Callable[[str, str], str]
"""The Content-Security-Policy of a page, of its script and its style."""


def plain_policy(script: str, style: str) -> str:
    """Pictures of the folder, and nothing else that is not in the page itself."""
    return (
        f"default-src 'none'; script-src {source_hash(script)}; style-src {source_hash(style)};"
        # file: beside 'self', as not all browsers take a folder on disk for an origin.
        " img-src 'self' file: data:; font-src data:; base-uri 'none'; form-action 'none'"
    )


def report_policy(script: str, _style: str) -> str:
    """As `plain_policy`, for a page that loads its data, and that draws captured pages in frames without scripts.

    Those frames have this policy too, and captured pages have styles of their own. Scripts are the page's own, by its
    hash, and the data files that it loads; never one that stands in a page.
    """
    return (
        f"default-src 'none'; script-src {source_hash(script)} 'strict-dynamic'; style-src 'unsafe-inline';"
        " img-src 'self' file: data:; font-src data:; media-src data:; base-uri 'none'; form-action 'none'"
    )


def write_page(
    path: Path, template: str, document: Mapping[str, Any], frame: Mapping[str, Any], policy: Policy = plain_policy
) -> None:
    """Writes one page. `document` is what the script reads, `frame` what the template does."""
    # A page's text may hold halves of characters, which UTF-8 cannot.
    path.write_bytes(_render(template, document, frame, policy).encode("utf-8", "replace"))


def live_shell() -> str:
    """The page of a server: its script fetches all else. It holds nothing inline."""
    return _templates().get_template("app.html").render()


def _render(template: str, document: Mapping[str, Any], frame: Mapping[str, Any], policy: Policy) -> str:
    script, style = bundle("viewer.js"), bundle("viewer.css")
    return (
        _templates()
        .get_template(template)
        .render(
            frame,
            policy=policy(script, style),
            script=Markup(script),
            style=Markup(style),
            document=json_for_script(document),
            tool=tool_version(),
        )
    )


def json_for_script(document: Mapping[str, Any]) -> Markup:
    """JSON that can stand in a script element, whatever texts it holds: nothing in it ends the element."""
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)


@cache
def _templates() -> Environment:
    folder = files("heatreel.overlays") / "templates"
    environment = Environment(
        loader=FunctionLoader(lambda name: (folder / name).read_text("utf-8")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["count"] = lambda value: f"{value:,}"
    environment.filters["percent"] = lambda part, whole: f"{100 * part / whole:.1f} %" if whole else "–"
    return environment
