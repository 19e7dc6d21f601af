"""Targets from the selectors of other tools: what such a selector says of its element, in words of a fingerprint."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import urlsplit

from heatreel.core.batches import with_key
from heatreel.core.session import Target
from heatreel.replay.importing.sealing import digest, fold, name_sketch

_TEST_IDS = ("data-testid", "data-test", "data-cy", "data-qa")
_TOKEN = re.compile(r"\d{5}|\d[a-z]+\d|[a-z]\d+[a-z]|@|%40", re.IGNORECASE)
_GENERATED = re.compile(r"\d\d|^(css|sc|jsx|svelte|radix|headlessui|ui-id|uk)-|^(ember|slick).*\d", re.IGNORECASE)
_NAMED = re.compile(r"[a-z][\w-]{0,59}", re.IGNORECASE | re.ASCII)

_STEP = re.compile(
    r"""(?P<id>\#(?:[\w-]|\\.|[^\x00-\x7f])+)
      | (?P<cls>\.(?:[\w-]|\\.|[^\x00-\x7f])+)
      | \[(?P<attr>[\w-]+)(?:\s*[~|^$*]?=\s*(?P<quote>["']?)(?P<value>[^"'\]]*)(?P=quote))?\s*\]
      | (?P<pseudo>::?[\w-]+(?:\([^)]*\))?)
      | (?P<tag>\*|(?:[a-zA-Z]|[^\x00-\x7f])(?:[\w-]|\\.|[^\x00-\x7f])*)""",
    re.VERBOSE,
)


def stable(name: str) -> str:
    """The name if a person seems to have given it, else ""; as `stable` in the page model."""
    return name if _NAMED.fullmatch(name) and not _TOKEN.search(name) and not _GENERATED.search(name) else ""


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
    path = re.sub(r"[^/]+", lambda part: ":id" if _TOKEN.search(part[0]) else part[0], path)
    return path if not parts.netloc or parts.netloc == own.netloc else f"//{parts.netloc}{path}"


@lru_cache(maxsize=8192)
def foreign_target(selector: str, key: str, text: str = "", **told: str) -> Target:
    """The target of a CSS selector: the selector itself, and what its last step names.

    `text` is what the element says, `told` what else is known of it (fields of `Target`).
    """
    fields: dict[str, object] = {"selector": selector}
    classes: list[str] = []
    for step in _STEP.finditer(_last(selector)):
        if step["id"]:
            fields["id"] = stable(_plain(step["id"][1:]))
        elif step["cls"] and (name := stable(_plain(step["cls"][1:]))):
            classes.append(name)
        elif step["tag"] and step["tag"] != "*":
            fields.setdefault("tag", _plain(step["tag"]).lower())
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
    if name in _TEST_IDS:
        return {"testid": stable(value)}
    if name == "name":
        return {"field": stable(value)}
    return {name: value} if name in ("type", "role") else {}


def _plain(name: str) -> str:
    return re.sub(r"\\(.)", r"\1", name)


def _last(selector: str) -> str:
    """The last step of a selector, behind all combinators."""
    depth, begin, quote = 0, 0, ""
    for place, char in enumerate(selector):
        if quote:
            quote = "" if char == quote else quote
        elif char in "\"'" and depth:
            quote = char
        elif char in "[(":
            depth += 1
        elif char in "])":
            depth -= 1
        elif char in " >+~" and not depth:
            begin = place + 1
    return selector[begin:]
