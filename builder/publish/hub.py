"""Pushing a folder to a repository of the Hugging Face Hub.

The token comes from HF_TOKEN or the login that `huggingface_hub` keeps; it is never shown.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from builder.errors import BuildError

logger = logging.getLogger("microvqa_pp")

RepoKind = Literal["model", "dataset", "space"]


@dataclass(frozen=True, slots=True)
class Pushed:
    """Where a folder was pushed, and whether anything had changed."""

    url: str
    changed: bool


def list_tokens() -> list[str]:
    """Tokens in use, which must not be in anything that is published."""
    from huggingface_hub import get_token

    return [token for token in [get_token()] if token]


def check_login() -> str:
    """Name of the user that the Hub knows the token as. Raises BuildError."""
    from huggingface_hub import HfApi

    if not list_tokens():
        raise BuildError("no token for the Hub: run `hf auth login`, or set HF_TOKEN")
    try:
        return str(HfApi().whoami()["name"])
    except Exception as error:  # transport errors are of the client's own library
        raise BuildError(f"the Hub does not take the token: {_quote(error)}") from error


def push_folder(
    folder: Path,
    repo_id: str,
    kind: RepoKind,
    private: bool = False,
    sdk: str | None = None,
    stale: tuple[str, ...] = ("*",),
) -> Pushed:
    """Make a repository hold a folder; what it holds already is not sent again.

    Args:
        folder: what is to be there.
        repo_id: ORG/NAME; made if it is not there.
        kind: of the repository.
        private: whether a new repository is private.
        sdk: of a new Space.
        stale: patterns; files of the repository that match one and are not in the folder are
            deleted in the same commit.

    Raises:
        BuildError: the Hub refuses, or the connection breaks off; the same call then continues.
    """
    from huggingface_hub import HfApi  # heavy, and not needed for a dry run

    api: Any = HfApi()
    try:
        repo = api.create_repo(
            repo_id, repo_type=kind, private=private or None, space_sdk=sdk, exist_ok=True
        )
        before = api.repo_info(repo_id, repo_type=kind).sha
        commit = api.upload_folder(
            repo_id=repo_id,
            repo_type=kind,
            folder_path=folder,
            commit_message="Publish with microvqa-pp",
            delete_patterns=list(stale),
        )
    except Exception as error:  # transport errors are of the client's own library
        status = getattr(getattr(error, "response", None), "status_code", None)
        if status in (401, 403):
            why = f"the Hub refuses this token: it needs write access there ({_quote(error)})"
        else:
            why = f"the push broke off: {_quote(error)}; run the same command again, "
            why += "what was sent is not sent again"
        raise BuildError(f"{kind} {repo_id}: {why}") from error
    changed = commit.oid != before
    logger.info("%s %s: %s", kind, repo_id, "pushed" if changed else "unchanged")
    return Pushed(str(repo), changed)


def _quote(error: Exception) -> str:
    """First line of an error, with its kind, without a token."""
    text = (str(error).strip().splitlines() or [""])[0]
    for token in list_tokens():
        text = text.replace(token, "***")
    return f"{type(error).__name__}: {text}"
