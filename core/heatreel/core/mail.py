"""The links of an HTML e-mail: names for them that stay, so that click logs can be placed on the captured e-mail.

A log knows a link by its URL, often one of a redirect, of which a fingerprint keeps too little. So each link of a
captured e-mail carries two names: one of its URL, shared by links with the same URL, and one of its position. Both are
letters only: numbers in names pass for generated ones.
"""

from __future__ import annotations

import hashlib

_LETTERS = "bcdfghjklmnpqrstvwxz"
_LONG = 10


def url_name(url: str) -> str:
    """The name of a link's URL, as its test id has it."""
    number = int.from_bytes(hashlib.sha256(" ".join(url.split()).encode()).digest()[:8], "big")
    return f"link-{''.join(_LETTERS[number // len(_LETTERS) ** at % len(_LETTERS)] for at in range(_LONG))}"


def position_name(position: int) -> str:
    """The name of a link's position in the e-mail, from 1, as a class of it; raises `ValueError` below 1."""
    if position < 1:
        raise ValueError(f"{position} is no position")
    text = ""
    while position:
        position, rest = divmod(position - 1, 26)
        text = chr(ord("a") + rest) + text
    return f"nth-{text}"


def link_selector(url: str, position: int | None) -> str:
    """The CSS selector of a link of a captured e-mail, by its URL, its position, or both; empty without either."""
    by_url = f'a[data-testid="{url_name(url)}"]' if url else ""
    by_position = f".{position_name(position)}" if position is not None else ""
    return by_url + by_position if by_url else f"a{by_position}" if by_position else ""


def delivered(page: str) -> str:
    """The name of the goal that says that an e-mail was delivered to a recipient."""
    return f"delivered {page}"
