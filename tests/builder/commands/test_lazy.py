from __future__ import annotations

import subprocess
import sys
from importlib import import_module

import pytest

from builder.commands.lazy import LATE

HEAVY = ("torch", "scipy", "sklearn", "pandas", "datasets", "transformers", "fsspec", "ray")


def test_the_command_line_starts_without_what_a_build_does_not_need() -> None:
    code = f"import sys, builder.commands.main; print([n for n in {HEAVY} if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("name", LATE)
def test_each_late_command_is_there(name: str) -> None:
    assert callable(getattr(import_module(LATE[name]), f"{name}_command"))
