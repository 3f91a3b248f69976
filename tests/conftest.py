"""Shared fixtures."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def realdata() -> Path:
    """Folder of real figures and captions, named by MICROVQA_PP_REALDATA."""
    folder = os.environ.get("MICROVQA_PP_REALDATA")
    if not folder or not Path(folder).is_dir():
        pytest.skip("no real data: MICROVQA_PP_REALDATA does not name a folder")
    return Path(folder)


@pytest.fixture(scope="session")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Release of a small phantom build."""
    from builder.run.config import BuildConfig
    from builder.run.pipeline import build

    output = tmp_path_factory.mktemp("phantom")
    return build(BuildConfig(output=output, sources=("phantom:60",), workers=1)).release
