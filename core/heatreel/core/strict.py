"""What every table of `heatreel.toml` has in common."""

from __future__ import annotations

import os
import re
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

from heatreel.core.errors import InputError

Selector = Annotated[str, StringConstraints(min_length=1, max_length=2048)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]

_FROM_ENVIRONMENT = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


class Strict(BaseModel):
    """A table in which unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def filled(text: str, where: str) -> str:
    """The text with each `${NAME}` taken from the environment; `where` names the key or option.

    Raises `InputError` that names the variable when it is not set.
    """

    def one(found: re.Match[str]) -> str:
        value = os.environ.get(found[1])
        if value is None:
            raise InputError(f"{where}: the environment has no variable {found[1]}")
        return value

    return _FROM_ENVIRONMENT.sub(one, text)


def from_environment(text: str) -> bool:
    """Whether a text names a variable of the environment."""
    return bool(_FROM_ENVIRONMENT.search(text))
