"""Keyed hashes and sketches of texts, as the page model makes them (`capture/page/src/hash.ts` and `name.ts`).

What a foreign export says in plain words (the text of a button) is sealed before it is stored, so that it compares with
what the capture says of the page, and no log holds texts.
"""

from __future__ import annotations

import base64
import re
import unicodedata
from functools import lru_cache

_32 = 0xFFFFFFFF
_LIMIT = 120
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_MARKS = frozenset("«»‹›¶")


def _is_word(char: str) -> bool:
    return (char == "+" or unicodedata.category(char)[0] in "LMNP" or unicodedata.category(char) == "Sc") and (
        char not in _MARKS
    )


@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """Text with white space folded and decoration gone, at most 120 characters, as `fold` in name.ts."""
    words = " ".join("".join(char if _is_word(char) else " " for char in text).split())
    # The browser counts UTF-16 code units.
    cut = words.encode("utf-16-le", "surrogatepass")[: 2 * _LIMIT].decode("utf-16-le", "ignore").strip()
    return cut if any(unicodedata.category(char)[0] in "LN" or char == "+" for char in words) else ""


def _mix(value: int) -> int:
    value = (value ^ (value >> 16)) * 2246822507 & _32
    value = (value ^ (value >> 13)) * 3266489909 & _32
    return value ^ (value >> 16)


def text_hash(text: str, seed: int = 0) -> int:
    """32 bits over the UTF-16 code units, see `hash` in hash.ts."""
    data = text.encode("utf-16-le", "surrogatepass")
    for place in range(0, len(data), 2):
        seed = (seed ^ (data[place] | data[place + 1] << 8)) * 2654435761 & _32
    return _mix(seed)


@lru_cache(maxsize=4096)
def digest(text: str, key: str) -> str:
    """Keyed hash of a text in base 36; "" of no text."""
    if not text:
        return ""
    value, digits = text_hash(text, text_hash(key)), ""
    while value or not digits:
        value, rest = divmod(value, 36)
        digits = _DIGITS[rest] + digits
    return digits


@lru_cache(maxsize=4096)
def name_sketch(text: str, key: str) -> str:
    """Sketch of a name, 64 bits as base64, from its trigrams."""
    plain = f" {re.sub(r'[0-9]', '0', text.lower())} " if text else ""
    grams = {text_hash(key + plain[end - 3 : end]) for end in range(3, len(plain) + 1)}
    if not grams:
        return ""
    found = bytearray(8)
    for bit in range(64):
        seed = _mix(bit + 1)
        found[bit >> 3] |= (min(_mix(gram ^ seed) for gram in grams) & 1) << (bit & 7)
    return base64.b64encode(bytes(found)).decode()
