"""The reference of `heatreel.toml` in Markdown, from the models that read it. For docs/configuration.md."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from heatreel.core.config import Config

_WORDS = {
    "string": "text",
    "boolean": "true or false",
    "integer": "whole number",
    "number": "number",
    "null": "nothing",
}


def reference() -> Iterator[str]:
    """The lines: a table for each section of the file, then for each kind of table inside of it."""
    named = {f"`[{name}]`": field.annotation for name, field in Config.model_fields.items()}
    models = {model.__name__: model for model in _models(Config)}
    used = {model.__name__ for model in named.values() if model}
    inner = {f"A table of {_called(name)}": models[name] for name in models if name not in used | {"Config"}}
    definitions = Config.model_json_schema()["$defs"]
    for title, model in (named | inner).items():
        assert model
        yield f"## {title}\n"
        yield inspect.cleandoc(model.__doc__ or "") + "\n"
        yield "| key | holds | default |\n|---|---|---|"
        for key, told in definitions[model.__name__]["properties"].items():
            needed = key in definitions[model.__name__].get("required", ())
            default = "needed" if needed else f"`{json.dumps(told.get('default'), ensure_ascii=False)}`"
            yield f"| `{key}` | {_words(told)} | {'' if default == '`null`' else default} |"
        yield ""


def _models(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """A model and all that its fields hold, each once."""
    waiting, seen = [model], set()
    while waiting:
        one = waiting.pop(0)
        if one in seen:
            continue
        seen.add(one)
        yield one
        for field in one.model_fields.values():
            waiting += list(_inside(field.annotation))


def _inside(annotation: Any) -> Iterator[type[BaseModel]]:
    if inspect.isclass(annotation) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in getattr(annotation, "__args__", ()):
        yield from _inside(argument)


def _words(told: Mapping[str, Any]) -> str:
    """What a key holds, from its JSON schema."""
    if "anyOf" in told:
        return " or ".join(dict.fromkeys(_words(one) for one in told["anyOf"] if one.get("type") != "null"))
    if "$ref" in told:
        return f"a table of {_called(told['$ref'].rpartition('/')[2])}"
    if "enum" in told or "const" in told:
        values = told.get("enum", [told.get("const")])
        return "one of " + ", ".join(f"`{json.dumps(value)}`" for value in values)
    match told.get("type"):
        case "array":
            return f"list of {_words(told['items'])}"
        case "object":
            values = told.get("additionalProperties")
            return f"table with values: {_words(values)}" if isinstance(values, dict) else "table"
        case kind:
            return _WORDS.get(str(kind), "anything") + _bounds(told)


def _bounds(told: Mapping[str, Any]) -> str:
    least, most = told.get("minimum"), told.get("maximum")
    above = told.get("exclusiveMinimum")
    words = [f"above {above:g}"] if above is not None else [f"from {least:g}"] if least is not None else []
    words += [f"to {most:g}"] if most is not None else []
    return f" {' '.join(words)}" if words else ""


def _called(name: str) -> str:
    return f"`{name.removesuffix('Config').lower()}`"
