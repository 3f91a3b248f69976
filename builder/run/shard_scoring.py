"""Stage 2 on shards: which filter scores a shard, and fitting one on all of them.

The bundled filter knows phantoms and nothing else. Other figures are scored by a filter that was
fitted on the corpus at hand, or else by the mean of the text signals.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa

from builder.run.config import BuildConfig
from builder.run.job import Context, FittedFilter, Shard
from builder.tables.records import AgentSignals, Candidate
from builder.tables.shards import ShardStore, digest
from filtering.encoders.encoder_names import NO_ENCODER, PHANTOM_TINY
from filtering.pairs import Pairs
from filtering.records import QA, Signals
from filtering.signals.text_signals import compute_signals, with_siblings
from filtering.table.arrow_tables import from_table

_PHANTOM = "phantom"
_MOST_FITTED = 10_000


def _is_phantom(shard: Shard) -> bool:
    return shard.source.partition(":")[0] == _PHANTOM


def _bundled(config: BuildConfig) -> bool:
    return (config.clip, config.nli) == (PHANTOM_TINY, PHANTOM_TINY)


def _fits(config: BuildConfig, shard: Shard) -> bool:
    """Whether the shard is one that a filter is fitted on, and then scored with."""
    return config.fit and not (_bundled(config) and _is_phantom(shard))


def encoder_names(config: BuildConfig) -> tuple[str, str]:
    """The encoders of a fitted filter. The tiny ones say nothing of figures but phantoms."""
    return (NO_ENCODER, NO_ENCODER) if _bundled(config) else (config.clip, config.nli)


def sees_images(context: Context) -> bool:
    """Whether an encoder looks at the images of the shard."""
    config, shard = context.config, context.shard
    if _fits(config, shard):
        return encoder_names(config) != (NO_ENCODER, NO_ENCODER)
    return _bundled(config) and _is_phantom(shard)


def score_pairs(context: Context, pairs: Pairs) -> list[Signals]:
    """Signals and score of a shard's pairs.

    Raises FilterError or EncoderError where the filter or its encoders cannot be opened.
    """
    fitted = context.fitted if _fits(context.config, context.shard) else None
    if fitted is None and not sees_images(context):
        rows = compute_signals(pairs.rows)
        return with_siblings(
            rows, np.unique([q.figure_id for q in pairs.rows], return_inverse=True)[1]
        )
    from filtering.graph.loading import BUNDLED, open_scorer

    return open_scorer(fitted.folder if fitted else BUNDLED).score(pairs)


def with_judgements(signals: Sequence[Signals], judged: Sequence[AgentSignals]) -> list[Signals]:
    """Signals whose score is the mean of itself and of what a model agent makes of the pair.

    The agent's part is the mean of its consistency, its answer without the caption, and its
    verdict, as far as there are any. Its answer without the image tells of a shortcut, not of an
    error, and does not count. Pairs that no agent judged keep their score.
    """
    by_id = {row.candidate_id: row for row in judged}
    return [_with_judgement(row, by_id.get(row.qa_id)) for row in signals]


def _with_judgement(row: Signals, judged: AgentSignals | None) -> Signals:
    if judged is None:
        return row
    parts = (
        judged.signal_agent_consistency,
        judged.signal_agent_caption_blind,
        judged.signal_agent_verdict,
    )
    told = [part for part in parts if part is not None]
    if not told:
        return row
    score = round((row.score + sum(told) / len(told)) / 2, 6)
    return replace(
        row, score=score, scorer=f"{row.scorer}, with the judgement of {judged.judged_by}"
    )


def candidate_pairs(figures: pa.Table, candidates: pa.Table) -> Pairs:
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
    return Pairs(rows, images, [known[qa.figure_id]["article_id"] for qa in rows], files)


def fit_corpus(
    store: ShardStore,
    shards: Sequence[Shard],
    config: BuildConfig,
    digests: dict[str, dict[str, str]],
    code: str,
) -> FittedFilter | None:
    """Fits a filter on the candidates of the shards that need one, up to 10,000 of shards drawn at
    random. None where none is asked for or needed. What was fitted before is used again."""
    wanted = [shard for shard in shards if _fits(config, shard)]
    if not wanted:
        return None
    from filtering.graph.loading import open_encoders
    from filtering.graph.training import fit_filter

    told = [digests[s.name][t] for s in wanted for t in ("figures", "candidates")]
    fingerprint = digest([code, config.clip, config.nli, config.seed, told])
    folder = store.folder / "filter" / fingerprint[:16]
    if not (folder / "filter.json").is_file():
        encoders = open_encoders(*encoder_names(config))
        drawn = sorted(wanted, key=lambda shard: digest([config.seed, shard.name]))
        pool = _pool(store, drawn, encoders.clip is not None)
        fit_filter(pool, encoders, seed=config.seed).save(folder)
    return FittedFilter(folder, fingerprint)


def _pool(store: ShardStore, shards: Sequence[Shard], with_images: bool) -> Pairs:
    rows: list[QA] = []
    images: list[str] = []
    groups: list[str] = []
    files: dict[str, bytes] = {}
    columns = ["figure_id", "article_id", "caption", *(["image"] if with_images else [])]
    for shard in shards:
        if len(rows) >= _MOST_FITTED:
            break
        figures = store.read("figures", shard.name, columns)
        found = candidate_pairs(figures, store.read("candidates", shard.name))
        rows += found.rows
        images += found.images
        groups += found.groups
        files |= found.files
    return Pairs(rows, images, groups, files)
