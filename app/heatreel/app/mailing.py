"""E-mails as pages: an HTML file or an .eml becomes a page that can be captured at the widths of mail clients."""

from __future__ import annotations

import base64
import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as modern
from html import escape
from html.parser import HTMLParser
from pathlib import Path

from heatreel.app.serving_files import serve_files
from heatreel.core.errors import InputError
from heatreel.core.mail import position_name, url_name

SUFFIXES = (".eml", ".html", ".htm")

VIEWPORTS = ("wide=600x800", "phone=375x667,touch")
"""The reading pane that e-mails are made for, and the width of a phone."""

_SCRIPTS = re.compile(r"<script\b.*?</script\s*>", re.IGNORECASE | re.DOTALL)
_MOST_BYTES = 50_000_000


def are_mails(names: Sequence[str]) -> bool:
    """Whether all names are files of e-mails. Raises `InputError` for a mixture of these and URLs, or no such file."""
    mails = [name for name in names if "://" not in name and name.lower().endswith(SUFFIXES)]
    if mails and len(mails) < len(names):
        raise InputError(f"{mails[0]}: capture e-mails and URLs one after the other, they have other viewports")
    for name in mails:
        if not Path(name).is_file():
            raise InputError(f"{name}: no such file; a page is named with http:// or https://")
    return bool(mails)


@contextmanager
def served_mails(paths: Sequence[Path]) -> Iterator[list[str]]:
    """The URLs of e-mails for the length of the block: `/NAME` each, by the name of its file.

    Raises `InputError` for a file without an HTML part, or two of the same name.
    """
    with tempfile.TemporaryDirectory(prefix="heatreel-mail-") as folder:
        names = [page_name(path) for path in paths]
        for path, name in zip(paths, names, strict=True):
            if names.count(name) > 1:
                raise InputError(f"{path}: another e-mail has that name, too; rename one")
            (Path(folder) / f"{name}.html").write_text(marked(html_of(path)), "utf-8")
        (Path(folder) / "index.html").write_text("", "utf-8")
        with serve_files(Path(folder)) as base:
            yield [f"{base}/{name}" for name in names]


def page_name(path: Path) -> str:
    """The name of an e-mail's page: letters, digits and dashes of its file name."""
    return re.sub(r"[^A-Za-z0-9]+", "-", path.stem).strip("-") or "mail"


def html_of(path: Path) -> str:
    """The HTML of an e-mail with its own pictures in it and without scripts, which no mail client runs."""
    data = path.read_bytes()
    if len(data) > _MOST_BYTES:
        raise InputError(f"{path}: {len(data):,} bytes are more than an e-mail has")
    text = _of_message(path, data) if path.suffix.lower() == ".eml" else data.decode("utf-8-sig", "replace")
    if "<" not in text:
        raise InputError(f"{path}: holds no HTML")
    return _SCRIPTS.sub("", text)


def _of_message(path: Path, data: bytes) -> str:
    message = message_from_bytes(data, policy=modern)
    assert isinstance(message, EmailMessage)
    body = message.get_body(preferencelist=("html",))
    if body is None:
        raise InputError(f"{path}: has no HTML part")
    text = str(body.get_content())
    for part in message.walk():
        name = str(part.get("Content-ID", "")).strip().strip("<>")
        if name and part.get_content_maintype() == "image":
            picture = base64.b64encode(part.get_payload(decode=True) or b"").decode()  # type: ignore[arg-type]
            text = text.replace(f"cid:{name}", f"data:{part.get_content_type()};base64,{picture}")
    return text


def marked(text: str) -> str:
    """The HTML with a name for each link: of its URL as test id, of its position as class; see `heatreel.core.mail`."""
    marker = _Marker(text)
    marker.feed(text)
    marker.close()
    return marker.done()


class _Marker(HTMLParser):
    """Copies HTML, with names in its links. Of attributes that are given twice the first counts."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self._text = text
        self._lines = [0]
        for line in text.splitlines(keepends=True):
            self._lines.append(self._lines[-1] + len(line))
        self._parts: list[str] = []
        self._copied = 0
        self._links = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(reversed(attrs))
        href = (values.get("href") or "").strip()
        if tag != "a" or not href:
            return
        self._links += 1
        line, column = self.getpos()
        after_name = self._lines[line - 1] + column + len("<a")
        classes = f"{values.get('class') or ''} {position_name(self._links)}".strip()
        names = f' data-testid="{url_name(href)}" class="{escape(classes, quote=True)}"'
        self._parts += [self._text[self._copied : after_name], names]
        self._copied = after_name

    def done(self) -> str:
        return "".join([*self._parts, self._text[self._copied :]])
