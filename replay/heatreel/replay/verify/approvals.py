"""Approvals: findings that somebody has accepted, with reason and end, in a text file that is reviewed like code."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from heatreel.core.blobs import write_atomic
from heatreel.core.errors import InputError
from heatreel.core.finding import Finding

FILE_NAME = "heatreel-approvals.toml"
_HEAD = """\
# Findings of `heatreel verify` that are accepted. `heatreel approve` adds them; remove one to have it count again.
"""


class Approval(BaseModel):
    """One accepted finding. It counts up to and including the day `until`, for ever without one."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[str, StringConstraints(min_length=1)]
    what: str = ""
    reason: Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
    until: date | None = None

    def holds(self, today: date) -> bool:
        return self.until is None or today <= self.until


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    approved: tuple[Approval, ...] = ()


def load_approvals(path: Path) -> dict[str, Approval]:
    """Approvals by finding id, the last of an id wins; none when there is no file. Raises `InputError`."""
    if not path.is_file():
        return {}
    try:
        raw = tomllib.loads(path.read_text("utf-8"))
        found = _File.model_validate(raw)
    except OSError as exc:
        raise InputError(f"{path}: cannot be read ({exc.strerror})") from exc
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as exc:
        raise InputError(f"{path}: is not TOML ({exc})") from exc
    except ValidationError as exc:
        first = exc.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise InputError(f"{path}: {key}: {first['msg']}") from exc
    return {approval.id: approval for approval in found.approved}


def add_approvals(path: Path, findings: Iterable[Finding], reason: str, until: date | None) -> None:
    """Adds entries at the end of the file, which is made when it is not there; what is in it stays as it is."""
    load_approvals(path)
    text = path.read_text("utf-8") if path.is_file() else _HEAD
    entries = [_entry(Approval(id=one.id, what=_what(one), reason=reason, until=until)) for one in findings]
    write_atomic(path, "\n".join([text.rstrip("\n") + "\n", *entries]).encode())


def _what(finding: Finding) -> str:
    return f"{finding.place.page} at {finding.place.viewport}: {finding.detail}"


def _entry(approval: Approval) -> str:
    lines = ["[[approved]]", *(f"{key} = {_text(getattr(approval, key))}" for key in ("id", "what", "reason"))]
    lines += [f"until = {approval.until.isoformat()}"] if approval.until else []
    return "\n".join(lines) + "\n"


def _text(value: str) -> str:
    """A TOML basic string. JSON's differs in two points: DEL must be escaped, lone surrogates cannot be written."""
    clean = value.encode("utf-8", "replace").decode()
    return json.dumps(clean, ensure_ascii=False).replace("\x7f", "\\u007f")


def choose(findings: Sequence[Finding], ids: Sequence[str], rules: Sequence[str], everything: bool) -> list[Finding]:
    """The findings that are meant: by id (or its start, when only one has it), by rule, or all. Raises `InputError`."""
    chosen = [finding for finding in findings if everything or finding.rule in rules]
    for text in ids:
        found = [finding for finding in findings if finding.id == text]
        found = found or [finding for finding in findings if finding.id.startswith(text)]
        if len(found) != 1:
            known = ", ".join(finding.id for finding in findings[:10])
            why = f"{len(found)} findings begin so" if found else f"there are {known or 'none'}"
            raise InputError(f"no finding {text!r} in the last verify; {why}")
        chosen += found
    if not chosen:
        raise InputError("nothing to approve: name findings by their id, or --rule, or --all")
    return list(dict.fromkeys(chosen))
