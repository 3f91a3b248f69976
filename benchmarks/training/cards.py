"""Model cards of the bundled encoders, with the measured numbers."""

from __future__ import annotations

from benchmarks.training.measure import Share

_WARNING = """\
**Trained on synthetic phantom figures only. It is useless on real micrographs and real captions.**
It is there so that the phantom can be filtered and the software be tried and tested without
network. For real figures name a real encoder: see docs/encoders.md.
"""
_SEEN = """\
Wrong texts in training are composed anew from altered facts, never from the errors that
`filtering/corruptions` plants to judge the filter. So the kinds of error that it has seen are
{seen}. Its results on such errors say nothing about other kinds.
"""
_CLIP = """\
---
license: apache-2.0
library_name: open_clip
tags: [synthetic, microscopy]
---
# phantom-tiny: image-text encoder

{warning}
## What it is

An open_clip model (`open_clip_config.json`): modified ResNet with one block per stage, width 16,
for {side} x {side} pixels (figures are squashed, not cropped); causal text transformer with 2
layers of width 96 for up to 160 tokens; {parameters:,} parameters, embeddings of 128 dimensions.
The tokenizer has word pieces in lower case; digits are tokens of their own.

## How it was trained

By the code of `make weights`, from scratch, seed {seed}: {figures:,} figures of phantom seed
{first:,} (seeds below are never trained on), {steps:,} of {schedule:,} steps of {batch} figures.
Each figure comes with a caption and with one to three statements, worded anew every time. The loss
is InfoNCE over the batch, with an altered caption of every second figure among the negatives, plus
a choice between a true statement and three about altered facts. Heads that read facts from the
image embedding helped in training and were thrown away. The image tower was trained in
bfloat16. Figures of the phantom's reserved side are part of the training.

{seen}
## Measured

On {tested:,} figures of phantom seed {test:,}. "Changed" is the AUROC of true texts against the
same texts with one fact changed.

{table}

## Licence

Apache-2.0, like the code. The training figures are CC0.
"""
_NLI = """\
---
license: apache-2.0
library_name: transformers
tags: [synthetic, microscopy]
---
# phantom-tiny: entailment model

{warning}
## What it is

A BERT classifier (transformers) of premise and hypothesis: 4 layers of width 128,
{parameters:,} parameters, 224 tokens for both. Labels: entailment, neutral, contradiction. The
tokenizer has word pieces in lower case; digits are tokens of their own.

## How it was trained

By the code of `make weights`, from scratch, seed {seed}: {captions} captions a step, of articles
of phantom seed {first:,} (seeds below are never trained on), with up to six statements each.

These weights are from the end of the training, {steps:,} steps.

True statements on facts that the caption tells are entailed; false ones contradict; statements on
facts that it does not tell are neutral. Heads that name the value in the
caption helped in training and were thrown away. The first part of the training uses captions of
few sentences. Figures of the phantom's reserved side are part of the training.

{seen}
## Measured

Accuracy on pairs from {tested:,} figures of phantom seed {test:,}; captions with held-out titles
and statements with held-out wording were not in the training.

{table}

## Licence

Apache-2.0, like the code. The training captions are CC0.
"""
_CLIP_SEEN = "changed values of facts that leave a trace in the image"
_NLI_SEEN = (
    "changed values, values of the other panel, other values of the same caption, reversed "
    "directions, and denials of true and of false statements"
)


def _table(measured: dict[str, Share], heading: str) -> str:
    rows = [f"| {name} | {share.value:.3f} | {share.cases:,} |" for name, share in measured.items()]
    return "\n".join([f"| | {heading} | cases |", "|---|---|---|", *rows])


def clip_card(measured: dict[str, Share], **numbers: object) -> str:
    """The card of the image-text encoder; `numbers` fill its blanks."""
    seen = _SEEN.format(seen=_CLIP_SEEN)
    table = _table(measured, "AUROC")
    return _CLIP.format(warning=_WARNING, seen=seen, table=table, **numbers)


def nli_card(measured: dict[str, Share], **numbers: object) -> str:
    """The card of the entailment model; `numbers` fill its blanks."""
    return _NLI.format(
        warning=_WARNING,
        seen=_SEEN.format(seen=_NLI_SEEN),
        table=_table(measured, "accuracy"),
        **numbers,
    )
