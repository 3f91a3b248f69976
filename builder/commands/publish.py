"""The command `microvqa-pp publish`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from builder.publish.hub import check_login
from builder.publish.publish import Publication, prepare


def publish_command(
    output: Annotated[Path, typer.Argument(help="folder that a build wrote")],
    repo_id: Annotated[str, typer.Option(help="dataset to publish as, ORG/NAME")],
    metric: Annotated[
        str | None,
        typer.Option(help="Space of the metric, ORG/NAME; default as --repo-id, '' for none"),
    ] = None,
    weights: Annotated[str, typer.Option(help="model for the filter's weights, ORG/NAME")] = "",
    demo: Annotated[str, typer.Option(help="Space of the demo, ORG/NAME")] = "",
    private: Annotated[bool, typer.Option(help="make new repositories private")] = False,
    allow_unscreened: Annotated[
        bool, typer.Option(help="publish test questions that nobody screened, marked as such")
    ] = False,
    replies: Annotated[
        str,
        typer.Option(
            help="publish the model's replies and all figures too, so that anyone can rebuild the "
            "dataset; the licence of the replies: CC-BY-4.0 ..."
        ),
    ] = "",
    dry_run: Annotated[
        bool, typer.Option(help="check, lay out OUTPUT/publish/, and send nothing")
    ] = False,
) -> None:
    """Publish a release on the Hugging Face Hub: dataset, metric, and if asked weights and demo.

    What the Hub has already is not sent again. Example:
    microvqa-pp publish my_build --repo-id ORG/microvqa_pp --dry-run
    """
    out = Console(highlight=False, markup=False, emoji=False, soft_wrap=True)
    names = Publication(repo_id, repo_id if metric is None else metric, weights, demo)
    found, staged = prepare(output, names, allow_unscreened, _copy_app, replies)
    for name, rows in sorted(found.rows.items()):
        out.print(f"{name}: {rows:,} rows")
    if dry_run:
        for one in staged:
            files = one.list_files()
            out.print(f"{one.kind} {one.repo_id} <- {one.folder}")
            for file, size in files[:20]:
                out.print(f"  {size:>14,}  {file}")
            if len(files) > 20:
                rest = sum(size for _, size in files[20:])
                out.print(f"  {rest:>14,}  in {len(files) - 20} more files")
        out.print("Nothing was sent. Run again without --dry-run to publish.")
        return
    out.print(f"Publishing as {check_login()}")
    for one in staged:
        pushed = one.push(private)
        what = "pushed" if pushed.changed else "unchanged"
        out.print(f"{one.kind} {one.repo_id}: {what}: {pushed.url}")
    out.print(f'Load it with: load_dataset("{repo_id}")')


def _copy_app(folder: Path, release: Path | None) -> None:
    from space.make_upload import make_upload  # only a demo needs the app

    make_upload(folder, release)
