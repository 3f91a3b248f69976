"""Settings that say of themselves what they shape and how a user writes them.

A build is described by one pydantic model. The options of the command line, the keys of a
configuration file, run.json and the keyword arguments of `load_dataset` are all read from its
fields, and so is what has to be made again when a setting changes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal, NamedTuple, Self

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.fields import FieldInfo

from builder.errors import BuildError

StageName = Literal[
    "figures", "candidates", "agent_signals", "signals", "decisions", "questions", "release"
]
"""Steps of a build whose results a setting can change."""


@dataclass(frozen=True, slots=True)
class Setting:
    """Stands in the annotation of every field of a settings model.

    Args:
        shapes: the stages whose results the setting changes. None: it says how a build runs, and
            never what it makes.
        option: its name for users, where that is not the name of the field.
        panel: heading in the help of the command line.
    """

    shapes: tuple[StageName, ...] = ()
    option: str = ""
    panel: str | None = None


class UnknownSettingError(ValueError):
    """A setting that there is not."""


class NamedSetting(NamedTuple):
    """A setting under its name for users; `path` are the fields that lead to it."""

    name: str
    path: tuple[str, ...]
    field: FieldInfo
    setting: Setting


class Settings(BaseModel):
    """A model each field of which has its `Setting`, or is a nested model of that kind.

    Users write nested settings without the field that nests them.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    @classmethod
    def __pydantic_init_subclass__(cls, **_: Any) -> None:
        """Raises TypeError where a field does not say what it shapes."""
        list(cls.walk())

    @classmethod
    def walk(cls) -> Iterator[NamedSetting]:
        """All settings in the order of the fields, nested ones too."""
        for name, field in cls.model_fields.items():
            if isinstance(field.annotation, type) and issubclass(field.annotation, Settings):
                for nested in field.annotation.walk():
                    yield nested._replace(path=(name, *nested.path))
                continue
            marks = [mark for mark in field.metadata if isinstance(mark, Setting)]
            if len(marks) != 1:
                raise TypeError(f"{cls.__name__}.{name} does not say which stages it shapes")
            yield NamedSetting(marks[0].option or name, (name,), field, marks[0])

    @classmethod
    def from_names(cls, *layers: Mapping[str, Any]) -> Self:
        """The settings that users wrote, by name; later layers win over earlier ones.

        Names of the fields themselves, nested mappings as run.json has them, and hyphens are
        understood too.

        Raises:
            UnknownSettingError: a name that is none, told with the known one that is nearest.
            pydantic.ValidationError: a value out of range.
        """
        known = {named.path[-1]: named.path for named in cls.walk()}
        known |= {named.name: named.path for named in cls.walk()}
        nests = {path[0] for path in known.values() if len(path) > 1}
        fields: dict[str, Any] = {}
        for layer in layers:
            waiting = list(layer.items())
            while waiting:
                given, value = waiting.pop(0)
                name = str(given).replace("-", "_")
                if name in nests and isinstance(value, Mapping):
                    waiting += value.items()
                    continue
                if name not in known:
                    near = get_close_matches(name, known, 1, 0.5)
                    hint = f"did you mean {near[0]}?" if near else f"known: {', '.join(known)}"
                    raise UnknownSettingError(f"there is no setting {given!r}; {hint}")
                *parents, last = known[name]
                place = fields
                for parent in parents:
                    place = place.setdefault(parent, {})
                place[last] = value
        return cls.model_validate(fields)

    def shaping(self, stage: StageName) -> dict[str, Any]:
        """The settings that shape a stage, as JSON. The release is shaped by all that shape any."""
        values = self.model_dump(mode="json")
        shaping = {}
        for named in self.walk():
            shapes = named.setting.shapes
            if stage in shapes or (stage == "release" and shapes):
                value = values
                for name in named.path:
                    value = value[name]
                shaping[named.name] = value
        return shaping


def read_settings_file(path: Path) -> dict[str, Any]:
    """Settings by name from a YAML file, or the run.json of an earlier build.

    Raises BuildError for a file that cannot be used, with the line where there is one.
    """
    try:
        text = path.read_text("utf-8")
        content = json.loads(text) if path.suffix == ".json" else yaml.safe_load(text)
    except json.JSONDecodeError as error:
        raise BuildError(f"{path}, line {error.lineno}: {error.msg}") from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = f", line {mark.line + 1}" if mark else ""
        raise BuildError(f"{path}{line}: {error.problem or error.context}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise BuildError(f"{path} is no YAML file: {str(error).splitlines()[0]}") from error
    if content is None:  # a file of comments alone
        return {}
    if isinstance(content, Mapping) and isinstance(content.get("config"), Mapping):
        content = content["config"]  # run.json has the settings beside timings and costs
    if not isinstance(content, Mapping):
        raise BuildError(f"{path} holds no settings; write NAME: VALUE, one a line")
    return dict(content)


def describe_errors(error: ValidationError) -> str:
    """What is wrong with the settings, in one line."""
    return "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
