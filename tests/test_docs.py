"""What the documents name exists: modules, functions, files."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
OURS = ("builder", "filtering", "scoring", "space", "benchmarks")
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("builder/**/*.jinja")])
_IMPORT = re.compile(rf"^from ((?:{'|'.join(OURS)})[\w.]*) import ([\w, ]+)", re.MULTILINE)
_FILE = re.compile(rf"(?<![\w./-])(?:{'|'.join(OURS)}|docs|tests)/[\w/]+\.\w{{2,5}}")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_modules_and_files_that_a_document_names_exist(document: Path) -> None:
    text = document.read_text("utf-8")
    for module, names in _IMPORT.findall(text):
        for name in names.split(","):
            assert hasattr(import_module(module), name.strip()), f"{module}.{name}"
    for path in _FILE.findall(text):
        assert (ROOT / path).exists(), path
