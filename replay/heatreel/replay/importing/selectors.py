"""Targets from the selectors of other tools: what such a selector says of its element, in words of a fingerprint."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import urlsplit

from heatreel.core.batches import with_key
from heatreel.core.session import Target
from heatreel.replay.importing.sealing import digest, fold, name_sketch
from heatreel.replay.matching.selecting import STEP, TEST_IDS, TOKEN, plain, split_selector, stable

__all__ = ["clean_address", "foreign_target", "stable"]


def clean_address(value: str, page: str) -> str:
    """A link as the page model keeps it: path without query, with its host when that is another's."""
    try:
        parts, own = urlsplit(value), urlsplit(page)
    except ValueError:
        return ""
    if parts.scheme and parts.scheme not in ("http", "https", "file"):
        return f"{parts.scheme}:"
    if not parts.path and not parts.netloc and not parts.fragment:
        return ""
    path = parts.path
    if not parts.netloc and not path.startswith("/"):
        from urllib.parse import urljoin

        path = urlsplit(urljoin(page, value)).path
    path = (path or "/") + (f"#{parts.fragment.split('?')[0]}" if parts.fragment else "")
    path = re.sub(r"[^/]+", lambda part: ":id" if TOKEN.search(part[0]) else part[0], path)
    return path if not parts.netloc or parts.netloc == own.netloc else f"//{parts.netloc}{path}"


@lru_cache(maxsize=8192)
def foreign_target(selector: str, key: str, text: str = "", **told: str) -> Target:
    """The target of a CSS selector: the selector itself, and what its last step names.

    `text` is what the element says, `told` what else is known of it (fields of `Target`).
    """
    fields: dict[str, object] = {"selector": selector}
    classes: list[str] = []
    for step in STEP.finditer(_last(selector)):
        if step["id"]:
            fields["id"] = stable(plain(step["id"][1:]))
        elif step["cls"] and (name := stable(plain(step["cls"][1:]))):
            classes.append(name)
        elif step["tag"] and step["tag"] != "*":
            fields.setdefault("tag", plain(step["tag"]).lower())
        elif step["attr"]:
            fields |= _attribute(step["attr"].lower(), step["value"] or "")
    if classes:
        fields["classes"] = tuple(sorted(set(classes)))
    words = fold(text)
    if words:
        fields |= {"name_hash": digest(words, key), "name_sketch": name_sketch(words, key)}
        fields["text_hash"] = digest(words, key)
    fields |= {name: value for name, value in told.items() if value}
    return with_key(Target(key="", **fields))  # type: ignore[arg-type]


def _attribute(name: str, value: str) -> dict[str, str]:
    if name == "id":
        return {"id": stable(value)}
    if name in TEST_IDS:
        return {"testid": stable(value)}
    if name == "name":
        return {"field": stable(value)}
    return {name: value} if name in ("type", "role") else {}


def _last(selector: str) -> str:
    """The last step of a selector, behind all combinators."""
    steps = list(split_selector(selector))
    return steps[-1][0] if steps else ""
