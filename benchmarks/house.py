"""Measures how the code reads: files, functions, names, comments, imports.

    python benchmarks/house.py                    # this project
    python benchmarks/house.py FOLDER [FOLDER]    # other codebases, for comparison
    python benchmarks/house.py --list once        # the places behind a figure

Everything is read from syntax trees; nothing is imported or run. A name is a verb where its first
word is one of `house_verbs.txt`, a bare participle where it is one
word such as `found` or `kept`. None
of the figures is a goal in itself: where a smaller one would read worse, it stays.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Annotated

import networkx
import typer
from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parents[1]
PRODUCT = ("builder", "filtering", "scoring", "space", "microvqa_pp.py")
_SKIPPED = {"tests", "test", "examples", "docs", "build", "dist", "node_modules", "site-packages"}
VERBS, ALSO_NOUNS = (
    frozenset(" ".join(line for line in part.splitlines() if line[:1] != "#").split())
    for part in Path(__file__).with_name("house_verbs.txt").read_text("utf-8").split("\n\n")
)
_PARTICIPLE = re.compile(
    r"\w+[^eu]ed|begun|bound|broken|brought|built|caught|chosen|done|drawn|driven|fallen|felt|found"
    r"|forgotten|given|gone|grown|heard|held|hidden|kept|known|laid|left|lent|lost|made|meant|met"
    r"|paid|seen|sent|shown|spent|spoken|stood|taken|taught|thought|told|understood|won|written"
)
_SECTIONS = re.compile(r"^\s*(Args|Returns|Yields|Shape|Raises|Attributes):", re.MULTILINE)
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(slots=True)
class House:
    """What was counted in one codebase. `places` lists where, by the name of a figure."""

    name: str
    files: int = 0
    lines: int = 0
    code: int = 0
    comments: int = 0
    folders: Counter[Path] = field(default_factory=Counter)
    lengths: list[int] = field(default_factory=list)
    verbs: int = 0
    typed: int = 0
    documented: int = 0
    sectioned: int = 0
    logs: int = 0
    chain: int = 0
    private: int = 0
    places: dict[str, list[str]] = field(default_factory=dict)

    def mark(self, figure: str, place: str) -> None:
        """Add a place to the list behind a figure."""
        self.places.setdefault(figure, []).append(place)

    def count(self, figure: str) -> int:
        """How many places a figure has."""
        return len(self.places.get(figure, ()))


def measure(root: Path, parts: tuple[str, ...] = ()) -> House:
    """Count everything in the Python files of a codebase.

    Args:
        root: its folder.
        parts: files and folders of `root` that count; all where there are none.
    """
    house = House(root.name)
    trees: dict[Path, ast.Module] = {}
    for path in sorted(_python_files(root, parts)):
        source = path.read_text("utf-8", errors="replace")
        try:
            tree = ast.parse(source)
        except SyntaxError:
            continue
        place = path.relative_to(root)
        trees[place] = tree
        house.files += 1
        house.folders[place.parent] += 1
        _count_lines(house, source)
        _count_functions(house, place, tree)
        _count_single_use(house, place, tree)
    house.chain, longest = _longest_chain(trees)
    house.places["chain"] = longest
    return house


def _python_files(root: Path, parts: tuple[str, ...]) -> Iterator[Path]:
    for start in [root / part for part in parts] or [root]:
        for path in [start] if start.is_file() else start.rglob("*.py"):
            inner = path.relative_to(root).parts
            if not any(part in _SKIPPED or part.startswith(".") for part in inner):
                yield path


def _count_lines(house: House, source: str) -> None:
    """Lines, lines of code, and comments that say something."""
    house.lines += len(source.splitlines())
    code: set[int] = set()
    silent = (tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENCODING)
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            if token.type == tokenize.COMMENT:
                house.comments += not re.match(r"#\s*(noqa|type:|fmt:|!|pragma)", token.string)
            elif token.type not in (*silent, tokenize.ENDMARKER):
                code.update(range(token.start[0], token.end[0] + 1))
    except tokenize.TokenError:
        return
    house.code += len(code)


def _count_functions(house: House, place: Path, tree: ast.Module) -> None:
    for node in ast.walk(tree):
        if not isinstance(node, Function):
            continue
        length = (node.end_lineno or node.lineno) - node.lineno + 1
        spot = f"{place}:{node.lineno} {node.name}"
        house.lengths.append(length)
        if length > 60:
            house.mark("long", f"{spot} ({length} lines)")
        house.typed += _is_typed(node)
        if _is_dunder(node.name):
            continue
        if _starts_with_verb(node.name):
            house.verbs += 1
        else:
            house.mark("nouns", spot)
        if _PARTICIPLE.fullmatch(node.name.strip("_")):
            house.mark("participles", spot)
        text = ast.get_docstring(node)
        if text and not node.name.startswith("_"):
            house.documented += 1
            house.sectioned += bool(_SECTIONS.search(text))
        if any(map(_is_log_call, ast.walk(node))):
            house.logs += sum(map(_is_log_call, ast.walk(node)))


def _is_dunder(name: str) -> bool:
    return name.startswith("__") and name.endswith("__")


def _starts_with_verb(name: str) -> bool:
    first, *others = name.strip("_").lower().split("_")
    return first in VERBS or (bool(others) and first in ALSO_NOUNS)


def _is_typed(node: Function) -> bool:
    given = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    given = [a for a in given if a.arg not in ("self", "cls")]
    return node.returns is not None and all(a.annotation is not None for a in given)


def _is_log_call(node: ast.AST) -> bool:
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id=owner), attr=method)):
            levels = ("debug", "info", "warning", "error", "exception", "critical")
            return owner in ("logger", "log", "logging", "_log", "_logger") and method in levels
    return False


def _used_names(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Load()) | ast.Attribute(attr=name):
                yield name


def _count_single_use(house: House, place: Path, tree: ast.Module) -> None:
    """Private functions, and those of them that one place of their file uses."""
    used = Counter(_used_names(tree))
    for node in ast.walk(tree):
        if not isinstance(node, Function) or _is_dunder(node.name) or node.decorator_list:
            continue
        if node.name.startswith("_"):
            house.private += 1
            if used[node.name] == 1:
                house.mark("once", f"{place}:{node.lineno} {node.name}")


def _longest_chain(trees: dict[Path, ast.Module]) -> tuple[int, list[str]]:
    """Modules that import each other in a row when they load; imports in functions do not count."""
    modules = {".".join(p.with_suffix("").parts).removesuffix(".__init__"): p for p in trees}
    imports: dict[str, set[str]] = {name: set() for name in modules}
    for name, path in modules.items():
        package = name if path.name == "__init__.py" else name.rpartition(".")[0]
        for node in _loading_imports(trees[path].body):
            imports[name] |= {m for m in _imported(node, package) if m in modules and m != name}

    graph = networkx.DiGraph([(name, other) for name in imports for other in imports[name]])
    # Modules that import each other in a circle count as one step of the chain.
    steps = networkx.condensation(graph)
    path = networkx.dag_longest_path(steps, default_weight=1)
    longest = [" + ".join(sorted(steps.nodes[step]["members"])) for step in path]
    return len(longest), longest


def _loading_imports(body: list[ast.stmt]) -> Iterator[ast.Import | ast.ImportFrom]:
    for node in body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield node
        elif isinstance(node, ast.Try):
            yield from _loading_imports(node.body)


def _imported(node: ast.Import | ast.ImportFrom, package: str) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
        return
    base = node.module or ""
    if node.level:
        above = package.split(".")[: len(package.split(".")) - node.level + 1]
        base = ".".join([*above, *([base] if base else [])])
    yield base
    yield from (f"{base}.{alias.name}" for alias in node.names)


def _rows(house: House) -> dict[str, str]:
    folders, functions = house.folders.values(), max(len(house.lengths), 1)
    named = house.verbs + house.count("nouns")
    return {
        "product files / thousand lines": f"{house.files} / {house.lines / 1000:.1f}",
        "modules in one folder, median / most": f"{median(folders):.0f} / {max(folders)}",
        "lines of a function, median": f"{median(house.lengths or [0]):.0f}",
        "private helpers that are used once": f"{_share(house.count('once'), house.private)}",
        "function names that begin with a verb": _share(house.verbs, named),
        "names that are one bare participle": str(house.count("participles")),
        "comments per 100 lines of code": f"{100 * house.comments / max(house.code, 1):.1f}",
        "public docstrings with sections": _share(house.sectioned, house.documented),
        "longest chain of imports": str(house.chain),
        "log calls": str(house.logs),
        "fully typed functions": _share(house.typed, functions),
        "functions over 60 lines": _share(house.count("long"), functions),
    }


def _share(part: int, whole: int) -> str:
    return f"{part / max(whole, 1):.0%}"


def main(
    folders: Annotated[
        list[Path] | None, typer.Argument(help="codebases; none: this project")
    ] = None,
    listed: Annotated[
        str,
        typer.Option(
            "--list", help="places behind one figure: nouns, participles, once, long, chain"
        ),
    ] = "",
    inside: Annotated[str, typer.Option(help="list places below this folder alone")] = "",
) -> None:
    """Print the figures of one or several codebases side by side."""
    houses = [measure(folder) for folder in folders] if folders else [measure(ROOT, PRODUCT)]
    if listed:
        for house in houses:
            print("\n".join(p for p in house.places.get(listed, ()) if p.startswith(inside)))
        return
    table = Table("", *(house.name for house in houses))
    rows = [_rows(house) for house in houses]
    for name in rows[0]:
        table.add_row(name, *(row[name] for row in rows))
    Console(width=None if Console().is_terminal else 120).print(table)


if __name__ == "__main__":
    typer.run(main)
