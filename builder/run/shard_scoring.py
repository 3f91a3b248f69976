"""Stage 2 on shards: scoring one with the filter chosen for it, and fitting one on all of them.

Which filter that is says `filtering.scorer_choice`.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa

from builder.run.config import BuildConfig
from builder.run.job import Context, FittedFilter, Shard
from builder.tables.records import AgentSignals, Candidate
from builder.tables.shards import ShardStore, digest
from filtering.records import QA, PairTable, Signals, from_table
from filtering.scorer_choice import ScorerChoice, choose_scorer
from filtering.text_signals import add_siblings, compute_signals

logger = logging.getLogger("microvqa_pp")
_PHANTOM = "phantom"
_MOST_FITTED = 10_000


def _choose(config: BuildConfig, shard: Shard) -> ScorerChoice:
    phantom = shard.source.partition(":")[0] == _PHANTOM
    return choose_scorer(phantom=phantom, clip=config.clip, nli=config.nli, fit=config.fit)


def sees_images(context: Context) -> bool:
    """Whether an encoder looks at the images of the shard."""
    return _choose(context.config, context.shard).sees_images


def score_pairs(context: Context, pairs: PairTable) -> list[Signals]:
    """Signals and score of a shard's pairs.

    Raises FilterError or EncoderError where the filter or its encoders cannot be opened.
    """
    choice = _choose(context.config, context.shard)
    fitted = context.fitted if choice.kind == "fitted" else None
    name, count = context.shard.name, len(pairs.rows)
    logger.debug("%s: %d candidates are scored; scorer: %s", name, count, choice.kind)
    if fitted is None and choice.kind != "bundled":
        rows = compute_signals(pairs.rows)
        figure = np.unique([q.figure_id for q in pairs.rows], return_inverse=True)[1]
        return add_siblings(rows, figure)
    # Torch and the encoders take seconds to import; the mean of text signals needs neither.
    from filtering.graph.scorer import BUNDLED, open_scorer

    return open_scorer(fitted.folder if fitted else BUNDLED).score(pairs)


def add_judgements(signals: Sequence[Signals], judged: Sequence[AgentSignals]) -> list[Signals]:
    """Signals whose score is the mean of itself and of what a model agent makes of the pair.

    The agent's part is the mean of its consistency, its answer without the caption, and its
    verdict, as far as there are any. Its answer without the image tells of a shortcut, not of an
    error, and does not count. Pairs that no agent judged keep their score.
    """
    by_id = {row.candidate_id: row for row in judged}
    scored = []
    for row in signals:
        if (its := by_id.get(row.qa_id)) is not None:
            parts = (
                its.signal_agent_consistency,
                its.signal_agent_caption_blind,
                its.signal_agent_verdict,
            )
            given = [part for part in parts if part is not None]
            if given:
                score = round((row.score + sum(given) / len(given)) / 2, 6)
                scorer = f"{row.scorer}, with the judgement of {its.judged_by}"
                row = replace(row, score=score, scorer=scorer)
        scored.append(row)
    return scored


def make_pairs(figures: pa.Table, candidates: pa.Table) -> PairTable:
    """Candidates with caption, image (where it was read) and article of their figures."""
    known = {row["figure_id"]: row for row in figures.to_pylist()}
    rows = [
        QA(
            c.candidate_id,
            c.figure_id,
            known[c.figure_id]["caption"],
            c.question,
            c.answer,
            c.statement,
        )
        for c in from_table(Candidate, candidates)
    ]
    asked = {qa.figure_id for qa in rows}
    seen = {name: row["image"]["bytes"] for name, row in known.items() if "image" in row}
    files = {name: file for name, file in seen.items() if name in asked}
    images = [qa.figure_id if qa.figure_id in files else "" for qa in rows]
    return PairTable(rows, images, [known[qa.figure_id]["article_id"] for qa in rows], files)


def fit_corpus(
    store: ShardStore,
    shards: Sequence[Shard],
    config: BuildConfig,
    digests: dict[str, dict[str, str]],
    code: str,
) -> FittedFilter | None:
    """Fits a filter on the candidates of the shards that need one, up to 10,000 of shards drawn at
    random. None where none is asked for or needed. What was fitted before is used again."""
    wanted = [shard for shard in shards if _choose(config, shard).kind == "fitted"]
    if not wanted:
        return None
    from filtering.graph.scorer import open_encoders
    from filtering.graph.training import fit_filter

    # What was fitted on the same candidates, with the same settings and code, is used again.
    inputs = [digests[s.name][t] for s in wanted for t in ("figures", "candidates")]
    fingerprint = digest([code, config.clip, config.nli, config.seed, inputs])
    folder = store.folder / "filter" / fingerprint[:16]
    if (folder / "filter.json").is_file():
        logger.info("the filter fitted before is used again: %s", folder)
        return FittedFilter(folder, fingerprint)
    # All shards that are fitted have the same encoders: a source decides only whether.
    choice = _choose(config, wanted[0])
    encoders = open_encoders(choice.clip, choice.nli)
    drawn = sorted(wanted, key=lambda shard: digest([config.seed, shard.name]))
    pool = _draw_pool(store, drawn, encoders.clip is not None)
    fit_filter(pool, encoders, seed=config.seed).save(folder)
    return FittedFilter(folder, fingerprint)


def _draw_pool(store: ShardStore, shards: Sequence[Shard], with_images: bool) -> PairTable:
    rows: list[QA] = []
    images: list[str] = []
    groups: list[str] = []
    files: dict[str, bytes] = {}
    columns = ["figure_id", "article_id", "caption", *(["image"] if with_images else [])]
    for shard in shards:
        if len(rows) >= _MOST_FITTED:
            break
        figures = store.read("figures", shard.name, columns)
        found = make_pairs(figures, store.read("candidates", shard.name))
        rows += found.rows
        images += found.images
        groups += found.groups
        files |= found.files
    return PairTable(rows, images, groups, files)
