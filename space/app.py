"""Starts the app: `python app.py [OUTPUT]`, on the shipped samples without an argument."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent


def _find_packages() -> None:
    """Make `space` this folder whatever it is called, and the other packages those beside it.

    In a clone they are in the parent folder; in an uploaded Space they are in this one.
    """
    sys.path[:0] = [str(p) for p in (HERE, HERE.parent) if (p / "filtering").is_dir()]
    spec = importlib.util.spec_from_file_location(
        "space", HERE / "__init__.py", submodule_search_locations=[str(HERE)]
    )
    if spec is None or spec.loader is None:
        raise SystemExit(f"{HERE} is not complete: __init__.py is missing")
    sys.modules["space"] = package = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(package)


if __name__ == "__main__":
    _find_packages()
    from space.server import main

    main()
