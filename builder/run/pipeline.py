"""The run that strings all stages together: source -> ... -> release."""

from __future__ import annotations

import json
import logging
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
from rich.console import Console

from builder.agents import closing_agents, is_model, open_model_agent
from builder.agents.costs import FigureSize, StepEstimate, estimate_calls, summarize_costs
from builder.agents.recording import make_manifest, read_recording, write_recording
from builder.agents.settings import RESPONSES
from builder.agents.unusable import LISTS, list_lost_replies
from builder.errors import BuildError
from builder.release.ledger import Summary, read_split_items
from builder.release.splits import Assignment, SplitItem, split
from builder.release.writer import write_release
from builder.run.card_settings import BENCHMARK_BLOOM, make_card_settings
from builder.run.config import BuildConfig
from builder.run.engine import Engine, progress_bar
from builder.run.job import FIGURE_TEXT, Context, Shard
from builder.run.output import REPLIES, lock_output, prune, remove_pairs
from builder.run.repeats import find_repeated_figures
from builder.run.shard_scoring import fit_corpus
from builder.run.stages import (
    AFTER_THRESHOLD,
    READ,
    SCORE,
    WRITE,
    left_out,
    read_figure_table,
)
from builder.screening.outcomes import Screening
from builder.screening.questions import ASSIGNMENTS
from builder.sources import open_source
from builder.tables.records import Rejection
from builder.tables.shards import ShardStore, code_digest, parquet_bytes, write_atomically
from filtering.decide import choose_threshold
from filtering.records import arrow_schema, to_table

logger = logging.getLogger("microvqa_pp")


@dataclass(frozen=True, slots=True)
class BuildResult:
    """What a build left: its release folder and the counts of its ledger."""

    release: Path
    summary: Summary


def build(
    config: BuildConfig,
    console: Console | None = None,
    wait: bool = False,
    card: Mapping[str, Any] | None = None,
) -> BuildResult:
    """Build a release from its sources; what an earlier run finished is not done again.

    Args:
        config: what to build, and where.
        console: where progress is shown; default: stderr.
        wait: whether to wait for another build in the same folder.
        card: what the card says of the settings; default: what they are.

    Raises:
        SourceError: a source cannot be used.
        BuildError: a source is named twice, the output folder is locked or holds files of others,
            or a worker process was killed.
        OSError: the disk refuses.
    """
    console = console or Console(stderr=True)
    clock = _Clock()
    with lock_output(config.output, console, wait) as work, closing_agents():
        # Sources say how their figures are cut into shards; files of another plan go.
        shards = plan(config)
        store = ShardStore(work)
        prune(work, {shard.name for shard in shards})
        logger.debug("%d shards of %s", len(shards), ", ".join(config.sources))

        # Everything that a shard alone decides, up to its questions.
        shards, articles = _run_stages(store, shards, config, console, clock)
        _classify_benchmark(config)
        _record_replies(store, shards, config)
        clock.lap("decisions, questions")

        # What needs all questions at once: near-duplicates, benchmarks to keep out, the splits.
        assignments = _split(store, shards, articles, config, console)
        clock.lap("splits")
        sizes = Counter(assignment.split or "left out" for assignment in assignments.values())
        counts = ", ".join(f"{split} {count:,}" for split, count in sorted(sizes.items()))
        logger.info("Splits: %s (%.1f s)", counts or "nothing", clock.seconds["splits"])

        # The release is written aside and takes the place of an older one when it is whole.
        release = config.output / "release"
        summary = write_release(
            release,
            store,
            [shard.name for shard in shards],
            assignments,
            _merge_quarantine(store, shards),
            make_card_settings(config) if card is None else card,
            Screening.read(config.output),
        )
        clock.lap("release")
        replies = _count_replies(store, shards, config.recording) if config.recording else None
    _write_run(config, clock, summary, replies)
    return BuildResult(release, summary)


def _run_stages(
    store: ShardStore, shards: list[Shard], config: BuildConfig, console: Console, clock: _Clock
) -> tuple[list[Shard], dict[str, str]]:
    """Bring the shards through all stages.

    Returns them with the figures that repeat others, and the article that each article_id means.
    """
    with Engine(store, config, console) as engine:
        digests = engine.run("Figures", READ, shards)
        # Only now is it known which figures and articles the sources share: each is used once.
        shards, articles = find_repeated_figures(store, shards, config)
        digests = engine.run("Candidates", WRITE, shards, digests)
        clock.lap("figures, candidates")
        # A filter of the corpus at hand has to see it before any shard is scored.
        fitted = fit_corpus(store, shards, config, digests, code_digest())
        digests = engine.run("Signals", SCORE, shards, digests, fitted=fitted)
        clock.lap("signals")
        # The threshold is a quantile of all scores; under it each shard decides for itself.
        columns = ["qa_id", "score", "contradiction"]
        rows = (
            (row["qa_id"], row["score"], bool(row["contradiction"]))
            for shard in shards
            for row in store.read("signals", shard.name, columns).to_pylist()
        )
        threshold = choose_threshold(rows, config.keep_ratio)
        logger.debug("%s", threshold)
        engine.run("Decisions, questions", AFTER_THRESHOLD, shards, digests, threshold)
    return shards, articles


def _record_replies(store: ShardStore, shards: list[Shard], config: BuildConfig) -> None:
    """Write `config.record`: what the model replied in this build, over all its runs."""
    if config.record is None:
        return
    asked = {
        request
        for shard in shards
        for request in _read_replies(store, shard, ["request"])["request"].to_pylist()
    }
    manifest = make_manifest(config.model_dump(), config.agent)
    folder = config.agent_options.folder / RESPONSES
    count = write_recording(config.record, manifest, folder, asked)
    logger.info("Recorded: %s, %d replies", config.record, count)


def _read_replies(store: ShardStore, shard: Shard, columns: list[str]) -> pa.Table:
    """What was asked about the figures of a shard, over all stages."""
    return pa.concat_tables(store.read(table, shard.name, columns) for table in REPLIES)


def _count_replies(store: ShardStore, shards: list[Shard], place: Path) -> dict[str, Any]:
    """How many recorded replies a build used, and what became of the others, for run.json."""
    asked: dict[str, bool] = {}
    for shard in shards:
        replies = _read_replies(store, shard, ["request", "problem"])
        asked |= {row["request"]: not row["problem"] for row in replies.to_pylist()}
    recording = read_recording(place)
    used = sum(asked.values())
    return {
        "used": used,
        "not recorded": len(asked) - used,
        "not asked for": len(recording.replies) - used,
        **dict(sorted(recording.replies.faults.items())),
    }


def estimate_build(config: BuildConfig, console: Console) -> list[StepEstimate]:
    """What a build would ask of its agent. Reads the figures, asks nothing.

    Raises BuildError for the offline agent, which costs nothing, and what `build` raises.
    """
    if not is_model(config.agent) or config.recording:
        raise BuildError(f"a dry run is for agents that are models; {config.agent} costs nothing")
    with lock_output(config.output, console) as work:
        shards, store = plan(config), ShardStore(work)
        prune(work, {shard.name for shard in shards})
        with Engine(store, config, console) as engine:
            engine.run("Figures", READ, shards)
        asked = []
        for shard in find_repeated_figures(store, shards, config)[0]:
            figures = read_figure_table(store.read("figures", shard.name, FIGURE_TEXT))
            taken = (f for f in figures if not left_out(f, Context(config, shard)))
            asked += [FigureSize(len(f.caption), f.width, f.height) for f in taken]
    return estimate_calls(asked, config.keep_ratio, config.model)


def plan(config: BuildConfig) -> list[Shard]:
    """The shards of a build in order, one per partition of each source."""
    if len(set(config.sources)) < len(config.sources):
        raise BuildError("a source is named twice; name each --source once")
    partitions = [
        (spec, partition)
        for spec in config.sources
        for partition in open_source(spec, config.source_options).partitions()
    ]
    return [Shard(f"{i:05d}", spec, part) for i, (spec, part) in enumerate(partitions)]


def _classify_benchmark(config: BuildConfig) -> None:
    """Have the agent set the Bloom levels of `config.bloom_beside` as it does those of our own.

    The counts go into work/, questions without a usable reply as level 0. Raises BuildError where
    the benchmark cannot be read.
    """
    if not config.bloom_beside:
        return
    from scoring.items import BadInput  # the benchmark runner, which few builds need
    from scoring.runner import open_dataset

    try:
        dataset = open_dataset(config.bloom_beside, "test")
    except BadInput as error:
        raise BuildError(f"--bloom-beside: {error}") from error
    agent = open_model_agent(config.agent, config.agent_options)
    questions = [(q.question, q.choices, q.choices[q.correct]) for q in dataset.chosen]
    levels = Counter(reply.level for reply in agent.classify(questions))
    counts = {"name": dataset.name, "levels": [levels[level] for level in range(6)]}
    write_atomically(config.output / "work" / BENCHMARK_BLOOM, json.dumps(counts).encode())


def _split(
    store: ShardStore,
    shards: list[Shard],
    articles: Mapping[str, str],
    config: BuildConfig,
    console: Console,
) -> dict[str, Assignment]:
    items: list[SplitItem] = []
    with progress_bar(console) as progress:
        task = progress.add_task("Splits", total=len(shards))
        for shard in shards:
            items += read_split_items(store, shard.name, articles)
            progress.advance(task)
        reasons = _exclude_benchmarks(store, shards, config.exclude, items)
        assignments = split(items, config.test_ratio, config.seed, reasons, config.bloom_target)
    table = to_table(Assignment, assignments)
    write_atomically(store.folder / ASSIGNMENTS, parquet_bytes(table))
    return {assignment.candidate_id: assignment for assignment in assignments}


def _exclude_benchmarks(
    store: ShardStore, shards: list[Shard], locations: Sequence[str], items: list[SplitItem]
) -> dict[str, str]:
    """Why questions are left out that benchmarks have already, by candidate.

    Writes the pairs that decontamination found; without benchmarks removes those of before.
    """
    remove_pairs(store.folder)
    if not locations:
        return {}
    from builder.decontamination import BenchmarkTable, find_matches, write_pairs

    benchmarks = [BenchmarkTable(location) for location in locations]
    matches = find_matches(items, benchmarks)
    wanted = {match.figure_id for match in matches}
    images: dict[str, bytes] = {}
    for shard in shards if wanted else ():
        for row in store.read("figures", shard.name, ["figure_id", "image"]).to_pylist():
            if row["figure_id"] in wanted:
                images.setdefault(row["figure_id"], row["image"]["bytes"])
    write_pairs(store.folder / "excluded", matches, images, benchmarks)
    return {match.candidate_id: match.reason for match in matches}


def _merge_quarantine(store: ShardStore, shards: list[Shard]) -> pa.Table:
    """What the sources could not use, and the replies of the agent that were lost."""
    parts = [store.read("quarantine", shard.name) for shard in shards]
    columns = LISTS | {
        "figures": ("figure_id", "article_id", "source", "label"),
        "candidates": ("candidate_id", "figure_id"),
    }
    for shard in shards:
        tables = {table: store.read(table, shard.name, list(c)) for table, c in columns.items()}
        parts.append(to_table(Rejection, list_lost_replies(tables)))
    merged = pa.concat_tables(parts) if parts else arrow_schema(Rejection).empty_table()
    write_atomically(store.folder / "quarantine.parquet", parquet_bytes(merged))
    return merged


class _Clock:
    """Seconds per part of a run; they go into run.json, never into the ledger or the card."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._last = time.monotonic()

    def lap(self, name: str) -> None:
        now = time.monotonic()
        self.seconds[name] = round(now - self._last, 2)
        self._last = now


def _write_run(
    config: BuildConfig, clock: _Clock, summary: Summary, replies: dict[str, Any] | None
) -> None:
    run: dict[str, Any] = {"config": config.model_dump(mode="json"), "seconds": clock.seconds}
    if replies is not None:
        run["replies"] = replies
    elif is_model(config.agent):
        accepted = sum(count for _, count in summary.of("split"))
        run["agent"] = summarize_costs(config.agent_options.folder, config.model.prices, accepted)
    write_atomically(config.output / "run.json", json.dumps(run, indent=1).encode())
