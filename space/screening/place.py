"""Where verdicts are kept and who may give them: on a laptop, for practice, or on the Hub."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from builder.screening import LogContents, LogEntry, VerdictLog
from builder.screening.outcomes import LOG
from space.scratch import scratch

ON_SPACE = "SPACE_ID"
REPO = "VERDICTS_REPO"
"""Variable that names the dataset repository for the log of a Space: 'user/name'."""

_EVERY = 2.0


@dataclass(frozen=True, slots=True)
class Place:
    """A log, and what the tab says of it. `typed` reviewers type their name, others sign in."""

    log: VerdictLog
    note: str
    writable: bool
    typed: bool


class HubLog(VerdictLog):
    """A log that is uploaded to a dataset repository every two minutes.

    It starts from what the repository has, so that a Space that starts anew goes on.
    """

    def __init__(self, repo: str, folder: Path) -> None:
        from huggingface_hub import CommitScheduler, hf_hub_download
        from huggingface_hub.errors import EntryNotFoundError, RepositoryNotFoundError

        super().__init__(folder / LOG)
        folder.mkdir(parents=True, exist_ok=True)
        try:
            kept = hf_hub_download(repo, LOG, repo_type="dataset", force_download=True)
            self.path.write_bytes(Path(kept).read_bytes())
        except (EntryNotFoundError, RepositoryNotFoundError):
            self.path.touch()
        self._scheduler = CommitScheduler(
            repo_id=repo,
            repo_type="dataset",
            folder_path=folder,
            every=_EVERY,
            private=True,
            ignore_patterns="*.lock",
        )

    def append(self, entry: LogEntry, allowed: Callable[[LogContents], str] | None = None) -> None:
        """Write an entry while no upload reads the file."""
        with self._scheduler.lock:
            super().append(entry, allowed)


def screening_place(output: Path) -> Place:
    """Where verdicts on the questions of a folder go.

    On a Space that is the repository that VERDICTS_REPO names, for visitors who are signed in;
    without it screening is read-only. Elsewhere it is the build's output folder; a release
    without its build is good for practice.
    """
    if os.environ.get(ON_SPACE):
        return _on_space()
    if (output / "work").is_dir():
        note = f"Verdicts are kept in {output.resolve().name}/{LOG}."
        return Place(VerdictLog(output / LOG), note, True, True)
    folder = scratch("practice")
    note = "Practice: these verdicts are forgotten when the program ends. "
    note += "To screen a build: microvqa-pp screen OUTPUT."
    return Place(VerdictLog(folder / LOG), note, True, True)


def _on_space() -> Place:
    repo = os.environ.get(REPO)
    folder = scratch("verdicts")
    if repo and os.environ.get("OAUTH_CLIENT_ID"):
        note = f"Sign in to give verdicts; they are kept in the dataset {repo}."
        return Place(HubLog(repo, folder), note, True, False)
    note = "Screening is read-only here: this Space has no repository for verdicts."
    return Place(VerdictLog(folder / LOG), note, False, False)
