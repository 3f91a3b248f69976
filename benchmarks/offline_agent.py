"""Measures what the offline agent asks of real captions, and how much of it is sound.

    python benchmarks/offline_agent.py REALDATA

REALDATA holds `captions.jsonl`: records with `doi`, `fig_id`, `title`, `caption` and
`microscopy_strict`. Candidates per caption are averaged over articles, with a bootstrap interval
over articles. A fixed sample of candidates, drawn from all articles in turn, is compared with
`offline_agent_judgements.jsonl`, where a reader has called each of them sound or not. A judgement
holds for an article, figure, question and answer: a candidate that changes has to be judged again.
The rules were written with these captions in sight, so all figures are optimistic. Ends with
status 1 when a limit is missed.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from math import sqrt
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from builder.agents.offline import OfflineAgent
from builder.tables.microscopy import classify
from builder.tables.records import Candidate, Figure, Outcome

JUDGEMENTS = Path(__file__).with_name("offline_agent_judgements.jsonl")
SAMPLE = 60
PER_CAPTION = 2.0
SOUND = 0.8
Verdict = Literal["sound", "unsound"]
Key = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class Row:
    """A caption, and whether it counts as microscopy by the data's flag and by the rule."""

    doi: str
    fig_id: str
    title: str
    caption: str
    flagged: bool
    accepted: bool


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a reader of the caption says of a candidate. An unsound one has a reason."""

    doi: str
    fig_id: str
    question: str
    answer: str
    verdict: Verdict
    reason: str

    @property
    def key(self) -> Key:
        """What it holds for: article, figure, question and answer."""
        return self.doi, self.fig_id, self.question, self.answer


@dataclass(frozen=True, slots=True)
class Written:
    """What the agent made of the captions."""

    rows: dict[str, Row]
    candidates: list[Candidate]
    outcomes: list[Outcome]

    def key(self, candidate: Candidate) -> Key:
        """Article, figure, question and answer of a candidate."""
        row = self.rows[candidate.figure_id]
        return row.doi, row.fig_id, candidate.question, candidate.answer


@dataclass(frozen=True, slots=True)
class Comparison:
    """The sample beside the judgements."""

    sound: list[Judgement]
    unsound: list[Judgement]
    unjudged: list[Candidate]
    lost: list[Judgement]

    @property
    def share(self) -> float:
        """Share of the judged candidates that are sound; 0 where none is judged."""
        return len(self.sound) / max(1, len(self.sound) + len(self.unsound))


def read(path: Path) -> list[Row]:
    """The captions of a JSON Lines file that count as microscopy by either definition."""
    rows = []
    with path.open(encoding="utf-8") as lines:
        for record in map(json.loads, lines):
            title, caption = record["title"], record["caption"]
            accepted = classify(caption, title).is_microscopy
            flagged = record["microscopy_strict"]
            if flagged or accepted:
                names = record["doi"], record["fig_id"]
                rows.append(Row(*names, title, caption, flagged, accepted))
    return rows


def make_figure(row: Row) -> Figure:
    """A figure that is nothing but its caption."""
    return Figure(
        figure_id=f"{row.doi}/{row.fig_id}",
        article_id=row.doi,
        source="captions",
        image={"bytes": b"", "path": ""},
        image_sha256="",
        image_phash="",
        width=0,
        height=0,
        label="",
        title=row.title,
        caption=row.caption,
        panels=[],
        mentions=[],
        is_microscopy=True,
        microscopy_reason="",
        modality="unknown",
        license="",
        license_url="",
        attribution="",
        authors=[],
        doi=row.doi,
        article_title="",
        reserved=False,
        facts="",
    )


def write(rows: Iterable[Row]) -> Written:
    """Runs the offline agent."""
    figures = {(figure := make_figure(row)).figure_id: (row, figure) for row in rows}
    candidates, outcomes = OfflineAgent().write_candidates([f for _, f in figures.values()])
    return Written({key: row for key, (row, _) in figures.items()}, candidates, outcomes)


def average_by_article(
    counts: Iterable[tuple[str, int]], draws: int = 2000
) -> tuple[float, float, float]:
    """Mean over articles of candidates per caption, and its 95% interval.

    `counts` pairs the article of each caption with its number of candidates. The interval comes
    from resampling articles.
    """
    groups: dict[str, list[int]] = defaultdict(list)
    for article, count in counts:
        groups[article].append(count)
    if not groups:
        return 0.0, 0.0, 0.0
    means = np.array([np.mean(groups[article]) for article in sorted(groups)])
    picks = np.random.default_rng(0).integers(len(means), size=(draws, len(means)))
    low, high = np.quantile(means[picks].mean(axis=1), [0.025, 0.975])
    return float(means.mean()), float(low), float(high)


def compute_wilson_interval(hits: int, total: int) -> tuple[float, float]:
    """95% Wilson interval of a share."""
    if total == 0:
        return 0.0, 1.0
    z, share = 1.96, hits / total
    middle = share + z * z / (2 * total)
    spread = z * sqrt(share * (1 - share) / total + z * z / (4 * total**2))
    scale = 1 + z * z / total
    return (middle - spread) / scale, (middle + spread) / scale


def draw_sample(written: Written, size: int = SAMPLE) -> list[Candidate]:
    """Candidates of all articles in turn, within an article in the order of a hash of their id.

    A candidate that comes or goes moves few others in or out of the sample.
    """
    groups: dict[str, list[Candidate]] = defaultdict(list)
    for candidate in written.candidates:
        groups[written.rows[candidate.figure_id].doi].append(candidate)
    for group in groups.values():
        group.sort(key=lambda c: hashlib.sha256(f"sample {c.candidate_id}".encode()).digest())
    longest = max(map(len, groups.values()), default=0)
    turns = (groups[doi][turn : turn + 1] for turn in range(longest) for doi in sorted(groups))
    return [candidate for turn in turns for candidate in turn][:size]


def load(path: Path = JUDGEMENTS) -> dict[Key, Judgement]:
    """Judgements by what they hold for; none where there is no file."""
    if not path.exists():
        return {}
    with path.open(encoding="utf-8") as lines:
        judgements = [Judgement(**json.loads(line)) for line in lines if line.strip()]
    return {judgement.key: judgement for judgement in judgements}


def compare(written: Written, judgements: dict[Key, Judgement]) -> Comparison:
    """Sets the current sample beside the judgements."""
    drawn = {written.key(candidate): candidate for candidate in draw_sample(written)}
    known = [judgements[key] for key in drawn if key in judgements]
    keys = {written.key(candidate) for candidate in written.candidates}
    return Comparison(
        [j for j in known if j.verdict == "sound"],
        [j for j in known if j.verdict == "unsound"],
        [candidate for key, candidate in drawn.items() if key not in judgements],
        [j for j in judgements.values() if j.verdict == "sound" and j.key not in keys],
    )


def average_per_caption(written: Written, name: str) -> tuple[float, float, float]:
    """Macro average and interval over the captions of one definition, 'flagged' or 'accepted'."""
    counted = [(written.rows[o.figure_id], o.candidates) for o in written.outcomes]
    return average_by_article((row.doi, count) for row, count in counted if getattr(row, name))


def _make_tables(written: Written) -> list[Table]:
    figures = Table("captions that count", "captions", "articles", "per caption", "95% interval")
    for name, title in (("flagged", "flag of the data"), ("accepted", "rule of the builder")):
        rows = [row for row in written.rows.values() if getattr(row, name)]
        mean, low, high = average_per_caption(written, name)
        articles = len({row.doi for row in rows})
        span = f"{low:.2f} to {high:.2f}"
        figures.add_row(title, str(len(rows)), str(articles), f"{mean:.2f}", span)
    kinds = Table("task", "attribute", "candidates", "articles")
    groups = Counter((c.task, c.attribute) for c in written.candidates)
    for (task, attribute), count in sorted(groups.items(), key=lambda g: (g[0][0], -g[1], g[0])):
        dois = {
            written.rows[c.figure_id].doi for c in written.candidates if c.attribute == attribute
        }
        kinds.add_row(task, attribute, str(count), str(len(dois)))
    return [figures, kinds]


def _show(console: Console, written: Written, compared: Comparison) -> None:
    for table in _make_tables(written):
        console.print(table)
    for outcome in written.outcomes:
        if not outcome.candidates:
            console.print(f"without candidate: {outcome.figure_id}: {outcome.reason}")
    judged = len(compared.sound) + len(compared.unsound)
    low, high = compute_wilson_interval(len(compared.sound), judged)
    console.print(
        f"sound: {compared.share:.3f} [{low:.3f}, {high:.3f}] ({len(compared.sound)} of {judged} "
        f"judged), {len(compared.unjudged)} of the sample not judged, "
        f"{len(compared.lost)} formerly sound no longer written",
        markup=False,
    )
    for judgement in compared.unsound:
        text = f"unsound: {judgement.question} -> {judgement.answer}: {judgement.reason}"
        console.print(text, markup=False)
    for candidate in compared.unjudged:
        text = f"not judged: {candidate.figure_id}: {candidate.question} -> {candidate.answer}"
        console.print(text, markup=False)


def _write_blank(candidate: Candidate, row: Row) -> str:
    """A line for the judgements that a reader completes with verdict and reason."""
    judgement = Judgement(row.doi, row.fig_id, candidate.question, candidate.answer, "unsound", "?")
    return json.dumps(asdict(judgement) | {"verdict": "?"}, ensure_ascii=False)


def meets_limits(written: Written, compared: Comparison) -> bool:
    """Whether there are enough candidates, all of the sample are judged, and enough are sound."""
    enough = all(average_per_caption(written, n)[0] >= PER_CAPTION for n in ("flagged", "accepted"))
    return enough and not compared.unjudged and compared.share >= SOUND


def main(
    realdata: Annotated[Path, typer.Argument(help="folder with captions.jsonl")],
    judgements: Annotated[Path, typer.Option(help="judgements to compare with")] = JUDGEMENTS,
    blanks: Annotated[Path | None, typer.Option(help="where to write what is not judged")] = None,
) -> None:
    """Report what the offline agent asks of real captions, and how much of it is sound."""
    written = write(read(realdata / "captions.jsonl"))
    compared = compare(written, load(judgements))
    _show(Console(), written, compared)
    if blanks:
        lines = [_write_blank(c, written.rows[c.figure_id]) + "\n" for c in compared.unjudged]
        blanks.write_text("".join(lines), encoding="utf-8")
    if not meets_limits(written, compared):
        sys.exit(1)


if __name__ == "__main__":
    typer.run(main)
