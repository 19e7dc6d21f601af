"""What `heatreel.toml` says of insights: calls to action by name, and goals with their value."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from heatreel.core.strict import Strict


class GoalConfig(Strict):
    """A goal: a `page` that is reached, an `event` of that name, or a `click` on a selector; one of the three.

    `value` is what one is worth, in the site's own unit.
    """

    name: Annotated[str, Field(min_length=1)]
    page: str = ""
    event: str = ""
    click: str = ""
    value: Annotated[float, Field(ge=0)] = 0.0

    @model_validator(mode="after")
    def _one_of_three(self) -> GoalConfig:
        if sum(map(bool, (self.page, self.event, self.click))) != 1:
            raise ValueError(f"goal {self.name!r}: say one of page, event or click")
        return self


class InsightsConfig(Strict):
    """`calls`: calls to action by name, selector, `#id` or `.class`; left out, they are found by role, style, size."""

    calls: tuple[str, ...] = ()
    goals: tuple[GoalConfig, ...] = ()
