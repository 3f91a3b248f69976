"""The folder of the Space behind `evaluate.load("ORG/microvqa_pp")`.

`evaluate` fetches the script that is named like the Space, and of the modules beside it those
that the script itself imports relatively. So the folder holds the modules of `scoring` that the
metric needs, with relative imports, and the script names each of them.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

_SOURCE = Path(__file__).parent.parent
_MAIN = "scoring"
_IMPORT = re.compile(r"^from scoring((?:\.\w+)*) import ([\w, ]+|\()", re.MULTILINE)
_REQUIREMENTS = ("datasets", "evaluate", "numpy", "pyarrow", "scipy")
_CARD = """\
---
title: {title}
sdk: static
tags:
- evaluate
- metric
license: apache-2.0
short_description: Multiple-choice accuracy from raw responses
---

Accuracy of models on multiple-choice questions about microscopy, from raw responses or indices.

```python
import evaluate

metric = evaluate.load("ORG/{title}")  # ORG: the owner of this Space
metric.compute(
    predictions=["The answer is (B).", "I cannot see an image."],
    references=[1, 0],
    options=[["prophase", "metaphase"], ["actin", "tubulin"]],
    labels="letters",
)
```

It needs {requirements}.
"""


def _collect_sources(name: str, sources: dict[str, str]) -> dict[str, str]:
    """Sources of a module and of all that it imports of `scoring`, by their flat names."""
    flat = name.replace(".", "_")
    if flat not in sources:
        sources[flat] = (_SOURCE / f"{name.replace('.', '/')}.py").read_text("utf-8")
        for match in _IMPORT.finditer(sources[flat]):
            for module in _find_modules(match).values():
                _collect_sources(module, sources)
    return sources


def _find_modules(match: re.Match[str]) -> dict[str, str]:
    """The modules that an import names, seen from `scoring`, by the names that it gives them.

    Both forms occur: `from scoring.answers.cues import X`, which gives its module no name, and
    `from scoring.answers import cues, doubts`.
    """
    path = match[1].strip(".")
    members = {name: f"{path}.{name}".strip(".") for name in re.findall(r"\w+", match[2])}
    modules = {
        name: member
        for name, member in members.items()
        if (_SOURCE / f"{member.replace('.', '/')}.py").is_file()
    }
    return modules or {"": path}


def _make_relative(source: str) -> str:
    """The source of a module with the imports of its flat copies beside it."""
    return _IMPORT.sub(_rewrite_import, source)


def _rewrite_import(match: re.Match[str]) -> str:
    flat = {name: path.replace(".", "_") for name, path in _find_modules(match).items()}
    if "" in flat:
        return f"from .{flat['']} import {match[2]}"
    return f"from . import {', '.join(f'{module} as {name}' for name, module in flat.items())}"


def write_space(folder: Path, name: str = "microvqa_pp") -> Path:
    """Writes script, modules, card and requirements of a Space called `name` into a folder.

    The folder is made where it is missing; the same name gives the same bytes.

    Raises:
        ValueError: The name is no Python identifier, or that of a module in the folder.
    """
    sources = _collect_sources(_MAIN, {})
    script = sources.pop(_MAIN)
    if not name.isidentifier() or name in sources:
        raise ValueError(f"a Space cannot be called {name!r}: choose another Python identifier")
    folder.mkdir(parents=True, exist_ok=True)
    for module, source in sources.items():
        (folder / f"{module}.py").write_text(_make_relative(source), "utf-8")
    # `evaluate` fetches only what the script itself imports, so that it names every module, and
    # checks only the libraries that it imports at the top.
    named = "".join(f"from .{module} import __doc__ as _{module}\n" for module in sorted(sources))
    libraries = "".join(f"import {library}\n" for library in _REQUIREMENTS)
    head, mark, rest = _make_relative(script).partition("import datasets\nimport evaluate\n")
    if not mark:
        raise ValueError("the metric's script no longer imports datasets and evaluate in a row")
    (folder / f"{name}.py").write_text(f"{head}{libraries}\n{named}{rest.lstrip()}", "utf-8")
    (folder / "requirements.txt").write_text("\n".join(_REQUIREMENTS) + "\n", "utf-8")
    card = _CARD.format(title=name, requirements=", ".join(_REQUIREMENTS))
    (folder / "README.md").write_text(card, "utf-8")
    return folder


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit("usage: python -m scoring.adapters.evaluate_space FOLDER [NAME]")
    print(write_space(Path(sys.argv[1]), *sys.argv[2:]))
