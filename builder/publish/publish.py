"""What goes where: the repositories of one publication, checked first, then pushed in order."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from builder.errors import BuildError
from builder.publish.checks import Findings, check_files, check_release
from builder.publish.dataset import stage_dataset
from builder.publish.hub import Pushed, RepoKind, list_tokens, push_folder
from builder.publish.replies import REBUILD, stage_replies
from builder.publish.spaces import CopyApp, stage_demo, stage_metric
from builder.publish.weights import find_weights, stage_weights
from builder.screening.outcomes import LOG

_REPO_ID = re.compile(r"[A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{0,95}")


@dataclass(frozen=True, slots=True)
class Publication:
    """Ids of the repositories, each ORG/NAME; '' leaves one out."""

    dataset: str
    metric: str = ""
    weights: str = ""
    demo: str = ""

    def __post_init__(self) -> None:
        """Raises BuildError for an id that the Hub does not take, or two of one kind alike."""
        for repo_id in (self.dataset, self.metric, self.weights, self.demo):
            if repo_id and not _REPO_ID.fullmatch(repo_id):
                raise BuildError(f"{repo_id!r} is no repository id; write ORG/NAME")
        if not self.dataset:
            raise BuildError("--repo-id is empty; write ORG/NAME")
        if self.metric and self.metric == self.demo:
            raise BuildError(f"metric and demo cannot both be the Space {self.demo}")


@dataclass(frozen=True, slots=True)
class Staged:
    """A folder that is ready to be pushed."""

    kind: RepoKind
    repo_id: str
    folder: Path
    sdk: str | None = None
    stale: tuple[str, ...] = ("*",)

    def list_files(self) -> list[tuple[str, int]]:
        """Names and sizes in bytes of the files."""
        paths = sorted(p for p in self.folder.rglob("*") if p.is_file())
        return [(p.relative_to(self.folder).as_posix(), p.stat().st_size) for p in paths]

    def push(self, private: bool) -> Pushed:
        """Make the repository hold the folder. Raises BuildError."""
        return push_folder(self.folder, self.repo_id, self.kind, private, self.sdk, self.stale)


def prepare(
    output: Path,
    publication: Publication,
    allow_unscreened: bool = False,
    copy_app: CopyApp | None = None,
    replies: str = "",
) -> tuple[Findings, list[Staged]]:
    """Check what a build made and lay out every repository under OUTPUT/publish/.

    Nothing is sent.

    Args:
        output: folder that a build wrote.
        publication: ids of the repositories.
        allow_unscreened: publish test questions that nobody screened, marked as such.
        replies: licence of the model's replies, which are published too; '' leaves them out.
        copy_app: copies the app for the demo; needed where a demo is published.

    Returns:
        What was found in the release, and the folders in the order of pushing: what others refer
        to first.

    Raises:
        BuildError: the release or a folder must not go out; with every reason, not the first alone.
    """
    release = output / "release"
    if not (release / "README.md").is_file() or not (release / "data").is_dir():
        raise BuildError(f"no release in {output}; make one with: microvqa-pp build")
    findings = check_release(release, allow_unscreened, list_tokens())
    _refuse(findings.refusals)
    # Laid out anew each time, so that nothing of an earlier release goes out with it.
    root = output / "publish"
    shutil.rmtree(root, ignore_errors=True)
    staged = list(_stage(output, root, publication, findings, copy_app, replies))
    # The release was checked; cards, requirements and the app's own files are checked here.
    _refuse([
        f"{one.kind} {one.repo_id}: {why}"
        for one in staged
        for why in check_files(one.folder, list_tokens())
    ])  # fmt: skip
    return findings, staged


def _stage(
    output: Path,
    root: Path,
    publication: Publication,
    findings: Findings,
    copy_app: CopyApp | None,
    replies: str,
) -> Iterator[Staged]:
    if name := publication.weights:
        folder = stage_weights(find_weights(output), root / "weights", name)
        yield Staged("model", name, folder)
    if name := publication.metric:
        yield Staged("space", name, stage_metric(root / "metric", name), "static")
    name = publication.dataset
    folder = stage_dataset(output / "release", root / "dataset", name, findings.licenses)
    if replies:
        stage_replies(output, folder, name, replies)
    # A script of an older version is deleted there: with one, `datasets` refuses the repository.
    script = f"{name.rpartition('/')[2]}.py"
    yield Staged("dataset", name, folder, stale=("data/*.parquet", REBUILD, LOG, script))
    if publication.demo:
        if copy_app is None:
            raise BuildError("a demo needs the app: say how to copy it (copy_app)")
        demo = stage_demo(root / "demo", publication.dataset, output / "release", copy_app)
        yield Staged("space", publication.demo, demo, "gradio")


def _refuse(reasons: list[str]) -> None:
    if reasons:
        raise BuildError("not published: " + "; ".join(reasons))
