"""What must hold on systems that are not at hand."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

IMPORT_ALL = """
import builtins, sys
from importlib import import_module
from pathlib import Path

# Libraries have their own ways on Windows; on this system they may use what it has.
MISSING = {"fcntl", "resource", "pwd", "grp", "termios"}
OURS = ("microvqa_pp", "builder", "filtering", "scoring", "space")
original = builtins.__import__

def importing(name, globals=None, *rest, **keywords):
    importer = (globals or {}).get("__name__", "")
    if name in MISSING and importer.split(".")[0] in OURS:
        raise ModuleNotFoundError(f"{importer} needs {name}, which Windows does not have")
    return original(name, globals, *rest, **keywords)

builtins.__import__ = importing
root = Path(sys.argv[1])
count = 0
for package in OURS:
    place = root / package
    for file in sorted(place.rglob("*.py")) if place.is_dir() else [place.with_suffix(".py")]:
        module = ".".join(file.relative_to(root).with_suffix("").parts)
        if file.name != "__main__.py":
            import_module(module.removesuffix(".__init__"))
            count += 1
print(count)
"""


def test_every_module_can_be_imported_without_what_windows_lacks() -> None:
    command = [sys.executable, "-c", IMPORT_ALL, str(ROOT)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout.splitlines()[-1]) > 150
