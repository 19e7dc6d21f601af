"""Answers of the read API: what a question is answered with, before any HTTP library sees it."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

JSON = "application/json"
PNG = "image/png"
WEBP = "image/webp"

FOR_EVER = "private, max-age=31536000, immutable"
ASK_AGAIN = "private, no-cache"

_LEAST_PACKED = 4000
"""Bytes below which compressing an answer does not pay."""


@dataclass(frozen=True)
class Answer:
    """Status, body and headers of an answer; `headers` hold what differs from the rule."""

    status: int
    body: bytes
    media: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)


class Refused(Exception):
    """A question that cannot be answered: its status, why in one line, and which parameter is to blame."""

    def __init__(self, status: int, message: str, parameter: str = "") -> None:
        super().__init__(message)
        self.status, self.message, self.parameter = status, message, parameter

    def answer(self) -> Answer:
        error: dict[str, Any] = {"status": self.status, "message": self.message}
        if self.parameter:
            error["parameter"] = self.parameter
        headers = {"Cache-Control": "no-store"} | ({"Retry-After": "1"} if self.status == 503 else {})
        return Answer(self.status, json_bytes({"version": 1, "error": error}), JSON, headers)


def json_bytes(document: Any) -> bytes:
    """JSON without a character that ends or begins anything in HTML; halves of characters become `?`."""
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for character in "<>&\u2028\u2029":
        if character in text:
            text = text.replace(character, f"\\u{ord(character):04x}")
    return text.encode("utf-8", "replace")


def tagged(body: bytes, media: str = JSON, **headers: str) -> Answer:
    """An answer that may be kept as long as it is asked for again with its tag."""
    tag = f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
    return Answer(200, body, media, {"ETag": tag, "Cache-Control": ASK_AGAIN, **headers})


def kept(body: bytes, media: str) -> Answer:
    """An answer whose address holds the hash of its content."""
    return Answer(200, body, media, {"Cache-Control": FOR_EVER})


def of_data(body: bytes, media: str, token: str, asked: str) -> Answer:
    """An answer made of data: kept for ever under an address that holds the token of this data."""
    return kept(body, media) if asked == token else tagged(body, media)


def encoded_for(answer: Answer, accepted: str) -> Answer:
    """The answer compressed when whoever asks takes that, or not when not."""
    packed = "Content-Encoding" in answer.headers
    if "gzip" not in accepted:
        if not packed:
            return answer
        headers = {key: value for key, value in answer.headers.items() if key != "Content-Encoding"}
        return Answer(answer.status, gzip.decompress(answer.body), answer.media, headers)
    if packed or answer.media != JSON or len(answer.body) < _LEAST_PACKED:
        return answer
    headers = {**answer.headers, "Content-Encoding": "gzip"}
    return Answer(answer.status, gzip.compress(answer.body, 1, mtime=0), answer.media, headers)


def unchanged(answer: Answer, asked: Mapping[str, str]) -> Answer:
    """The answer, or 304 when who asks has it already."""
    tag = answer.headers.get("ETag")
    if answer.status == 200 and tag and tag in asked.get("if-none-match", ""):
        return Answer(304, b"", answer.media, answer.headers)
    return answer
