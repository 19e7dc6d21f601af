"""Values of strangers: numbers, times, addresses and words, each checked; what is none raises `BadRow`."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from heatreel.replay.importing.account import BadRow

FARTHEST_PX = 1e7
"""No page is longer; see `heatreel.replay.columns`."""

_NONE = frozenset({"", "null", "none", "nan", "na", "n/a", "undefined", "-"})
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def number(value: Any, name: str, decimal_comma: bool = False) -> float | None:
    """A finite number, None when the field is empty."""
    if value is None or (isinstance(value, int | float) and not isinstance(value, bool)):
        found = value
    elif isinstance(value, str):
        text = value.strip()
        if text.lower() in _NONE:
            return None
        # float() also takes "1_000".
        if "_" in text or len(text) > 40:
            raise BadRow(f"{name} is no number: {text[:40]!r}")
        try:
            found = float(text.replace(",", ".") if decimal_comma else text)
        except ValueError as exc:
            raise BadRow(f"{name} is no number: {text[:40]!r}") from exc
    else:
        raise BadRow(f"{name} is no number: {str(value)[:40]!r}")
    if found is None:
        return None
    try:
        found = float(found)
    except OverflowError as exc:
        raise BadRow(f"{name} is out of all range") from exc
    if not math.isfinite(found):
        raise BadRow(f"{name} is no finite number")
    return found


def needed(value: Any, name: str, decimal_comma: bool = False) -> float:
    found = number(value, name, decimal_comma)
    if found is None:
        raise BadRow(f"{name} is missing")
    return found


def length_px(value: Any, name: str, decimal_comma: bool = False) -> float | None:
    """A length in px that a page can have."""
    found = number(value, name, decimal_comma)
    if found is not None and abs(found) > FARTHEST_PX:
        raise BadRow(f"{name} is farther than any page is long: {found:g}")
    return found


def needed_px(value: Any, name: str, decimal_comma: bool = False) -> float:
    found = length_px(value, name, decimal_comma)
    if found is None:
        raise BadRow(f"{name} is missing")
    return found


def window(width: Any, height: Any) -> tuple[int, int]:
    """A viewport in CSS px. The height may be unknown (0)."""
    wide, high = needed_px(width, "viewport width"), length_px(height, "viewport height") or 0.0
    if not 1 <= wide <= 100_000 or not 0 <= high <= 100_000:
        raise BadRow(f"viewport is of no possible size: {wide:g}x{high:g}")
    return round(wide), round(high)


def time_ms(value: Any, name: str = "time") -> float | None:
    """Epoch ms of an ISO 8601 text or of a number in s, ms, µs or ns, told by its magnitude.

    Numbers too small to be any of these are ms since some beginning of their own.
    """
    if isinstance(value, str) and not _numeric(value):
        text = value.strip()
        if text.lower() in _NONE:
            return None
        try:
            moment = datetime.fromisoformat(re.sub(r"\s+UTC$", "+00:00", text))
        except ValueError as exc:
            raise BadRow(f"{name} is no time: {text[:40]!r}") from exc
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000
    found = number(value, name)
    if found is None:
        return None
    for least, divisor in ((1e17, 1e6), (1e14, 1e3), (1e11, 1.0), (1e8, 1e-3)):
        if found >= least:
            found /= divisor
            break
    if not 0 <= found < 1e14:
        raise BadRow(f"{name} is no time: {found:g}")
    return found


def _numeric(text: str) -> bool:
    return re.fullmatch(r"\s*[+-]?\d+(\.\d*)?([eE][+-]?\d+)?\s*", text) is not None


def words(value: Any, name: str, most: int = 512) -> str:
    """A text without control characters, cut by nobody: a longer one is refused."""
    if value is None:
        return ""
    if not isinstance(value, str | int | float):
        raise BadRow(f"{name} is no text")
    text = _CONTROLS.sub("", str(value)).strip()
    if len(text) > most:
        raise BadRow(f"{name} is longer than {most} characters")
    return text


def truth(value: Any, name: str) -> bool | None:
    """true/false, yes/no, 1/0; None when empty."""
    if value is None or isinstance(value, bool):
        return value
    text = str(value).strip().lower()
    if text in _NONE:
        return None
    if text in ("true", "t", "yes", "y", "1"):
        return True
    if text in ("false", "f", "no", "n", "0"):
        return False
    raise BadRow(f"{name} is neither true nor false: {text[:40]!r}")


def address(value: Any, query: frozenset[str] = frozenset(), name: str = "url") -> tuple[str, dict[str, str]]:
    """A web address without user and query, and the utm_ parameters found in it.

    Queries may name people: only the keys in `query`, which make another page, are kept. A path alone ("/help") is
    no address, since nothing says of which site.
    """
    text = words(value, name, 8192)
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
        port = f":{parts.port}" if parts.port else ""
    except ValueError as exc:
        raise BadRow(f"{name} is no web address: {text[:80]!r}") from exc
    if parts.scheme not in ("http", "https", "file") or (not host and parts.scheme != "file"):
        raise BadRow(f"{name} is no web address: {text[:80]!r}")
    pairs = parse_qsl(parts.query, True)
    campaign = {key: found for key, found in pairs if key.startswith("utm_") and len(found) <= 512}
    kept = urlencode(sorted(pair for pair in pairs if pair[0] in query))
    fragment = f"#{parts.fragment}" if parts.fragment.startswith(("/", "!/")) else ""
    host = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{host}{port}{parts.path or '/'}{'?' + kept if kept else ''}{fragment}", campaign
