"""Hashes and sketches can be computed from their description in `capture/page/src/hash.ts` alone."""

from __future__ import annotations

import base64
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from playwright.sync_api import Page

from page.driving import browsing

pytestmark = pytest.mark.browser

WORD = 0xFFFFFFFF


def mix(value: int) -> int:
    value = (value ^ (value >> 16)) * 2246822507 & WORD
    value = (value ^ (value >> 13)) * 3266489909 & WORD
    return value ^ (value >> 16)


def hash_of(text: str, seed: int = 0) -> int:
    units = text.encode("utf-16-le")
    for low, high in zip(units[::2], units[1::2], strict=True):
        seed = (seed ^ (low | high << 8)) * 2654435761 & WORD
    return mix(seed)


def digest(text: str, key: str) -> str:
    value, digits = hash_of(text, hash_of(key)) if text else 0, ""
    while value:
        value, digit = divmod(value, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + digits
    return digits or ("0" if text else "")


def minhash(items: set[int], bits: int) -> str:
    sketch = bytearray(bits // 8 if items else 0)
    for bit in range(8 * len(sketch)):
        seed = mix(bit + 1)
        sketch[bit // 8] |= (min(mix(item ^ seed) for item in items) & 1) << bit % 8
    return base64.b64encode(sketch).decode()


def name_sketch(name: str, key: str) -> str:
    plain = f" {name.lower()} " if name else ""
    return minhash({hash_of(key + plain[i : i + 3]) for i in range(len(plain) - 2)}, 64)


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with browsing() as context:
        opened = context.new_page()
        opened.goto("about:blank")
        yield opened


@given(text=st.text(max_size=30), key=st.text(max_size=8))
@settings(max_examples=60, deadline=None)
def test_digest_is_as_described(page: Page, text: str, key: str) -> None:
    assert page.evaluate("([text, key]) => __heatreel.digest(text, key)", [text, key]) == digest(text, key)


@given(name=st.text(alphabet="abcdefg hijklmnopq", max_size=30))
@settings(max_examples=60, deadline=None)
def test_name_sketch_is_as_described(page: Page, name: str) -> None:
    sealed = page.evaluate("name => __heatreel.seal({ name, text: '', label: '' }, 'key')", name)
    assert sealed["nameSketch"] == name_sketch(name, "key")
    assert sealed["nameHash"] == digest(name, "key")
