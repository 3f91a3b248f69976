"""What the encoders see of question-answer pairs: embeddings, entailment, and other answers.

Everything here is local to the rows given. Other answers to the same kind of question come from
a `Bank`, a sample that was drawn when the filter was fitted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from filtering.encoders.protocols import Encoders, EntailmentModel, Floats, ImageTextEncoder
from filtering.records import QA, PairTable
from filtering.text.captions import read_caption

ALTERNATIVES = 6
_NEAREST = 48
_BLOCK = 2048
_HASHED = 256


@dataclass(frozen=True, slots=True)
class Bank:
    """Questions (unit rows) with their answers and figures, to find other answers among."""

    questions: Floats
    answers: Sequence[str]
    figures: Sequence[str]


@dataclass(frozen=True, slots=True)
class Encoded:
    """Embeddings of n rows of f figures.

    A figure is a figure identifier with an image and a caption: rows that differ in one of them
    are no siblings. `figure` maps a row to its figure. `others` are the statements with other
    answers, shape (n, ALTERNATIVES, dim), NaN where there are fewer. `nli` is (n, 3). Images that
    cannot be read or are missing are rows of NaN.
    """

    figure: npt.NDArray[np.int64]
    images: Floats
    captions: Floats
    questions: Floats
    statements: Floats
    others: Floats
    nli: Floats
    scale: float


def make_statement(qa: QA) -> str:
    """The pair as one text: its statement, or question and answer where there is none."""
    return qa.statement or f"{qa.question} {qa.answer}"


def find_nearest(queries: Floats, bank: Floats, count: int) -> npt.NDArray[np.int64]:
    """Places of the most similar rows, the best first.

    Similarities are rounded to five digits and ties broken by place, so that the last bits of a
    product, which differ between machines, change no order.

    Shape:
        `queries` (n, dim), `bank` (m, dim); returns (n, min(count, m)).
    """
    count = min(count, len(bank))
    blocks = [
        np.argsort(-(queries[i : i + _BLOCK] @ bank.T).round(5), axis=1, kind="stable")[:, :count]
        for i in range(0, len(queries), _BLOCK)
    ]
    return np.concatenate(blocks) if blocks else np.zeros((0, count), dtype=np.int64)


def find_other_answers(rows: Sequence[QA], questions: Floats, bank: Bank) -> list[list[str]]:
    """Up to `ALTERNATIVES` other answers for each row: those to the nearest questions of other
    figures in the bank, each once."""
    near = find_nearest(questions, bank.questions, _NEAREST)
    others = []
    for n, qa in enumerate(rows):
        own = qa.answer.casefold()
        answers: dict[str, str] = {}
        for place in near[n].tolist():
            answer = bank.answers[place]
            if bank.figures[place] != qa.figure_id and answer.casefold() != own:
                answers.setdefault(answer.casefold(), answer)
            if len(answers) == ALTERNATIVES:
                break
        others.append(list(answers.values()))
    return others


def _encode_others(
    rows: Sequence[QA], questions: Floats, bank: Bank, clip: ImageTextEncoder
) -> Floats:
    """Statements with other answers, (n, ALTERNATIVES, dim), NaN where there are fewer."""
    others = np.full((len(rows), ALTERNATIVES, clip.dim), np.nan, dtype=np.float32)
    texts, slots = [], []
    for n, answers in enumerate(find_other_answers(rows, questions, bank)):
        qa = rows[n]
        place = qa.statement.rfind(qa.answer) if qa.answer else -1
        before, after = qa.statement[:place], qa.statement[place + len(qa.answer) :]
        for k, answer in enumerate(answers):
            said = f"{before}{answer}{after}" if place >= 0 else f"{qa.question} {answer}"
            texts.append(said)
            slots.append((n, k))
    if texts:
        at = np.array(slots)
        others[at[:, 0], at[:, 1]] = clip.texts(texts)
    return others


def split_windows(caption: str, length: Callable[[str], int], room: int) -> list[str]:
    """The caption in runs of whole sentences of at most `room` tokens each; one sentence may be
    longer and is then cut by the model. `length` counts the tokens of a text."""
    if length(caption) <= room:
        return [caption]
    found: list[str] = []
    start = end = 0
    for part in read_caption(caption).parts:
        if end > start and length(caption[start : part.end]) > room:
            found.append(caption[start:end].strip())
            start = part.start
        end = part.end
    return [*found, caption[start:end].strip()] if end > start else [caption]


def compute_entailment(rows: Sequence[QA], nli: EntailmentModel) -> Floats:
    """Natural language inference with the caption as premise and the statement as hypothesis.

    A long caption is read in windows of whole sentences; the window that is least neutral counts
    (after Laban et al., SummaC, 2022, who take the best sentence).

    Shape:
        (n, 3): probabilities of entailment, neutral and contradiction.
    """
    # One entry for each window of each row; `owners` says whose it is.
    premises, hypotheses, owners = [], [], []
    length = cache(nli.length)
    for n, qa in enumerate(rows):
        said = make_statement(qa)
        for window in split_windows(qa.caption, length, max(16, nli.max_tokens - length(said) - 3)):
            premises.append(window)
            hypotheses.append(said)
            owners.append(n)
    found = nli.probabilities(premises, hypotheses) if premises else np.zeros((0, 3), np.float32)
    # Of the windows of a row the one with the lowest probability of neutral.
    owner = np.array(owners, dtype=np.int64)
    order = np.lexsort((found[:, 1], owner))
    first = order[np.searchsorted(owner[order], np.arange(len(rows)))]
    return found[first]


def number_figures(pairs: PairTable) -> npt.NDArray[np.int64]:
    """The figure of each row, numbered from 0 in order of appearance."""
    return _number_figures(pairs)[0]


def _number_figures(pairs: PairTable) -> tuple[npt.NDArray[np.int64], list[tuple[str, str, str]]]:
    """Figure of each row, and the figures as identifier, image and caption."""
    keys = [
        (q.figure_id, image, q.caption) for image, q in zip(pairs.images, pairs.rows, strict=True)
    ]
    places = {key: i for i, key in enumerate(dict.fromkeys(keys))}
    return np.array([places[key] for key in keys], dtype=np.int64), list(places)


def encode_with_models(
    pairs: PairTable, clip: ImageTextEncoder, nli: EntailmentModel, bank: Bank | None
) -> Encoded:
    """Embeddings and entailment of pairs. Without a bank there are no other answers."""
    figure, figures = _number_figures(pairs)
    names = {name: i for i, name in enumerate(dict.fromkeys(image for _, image, _ in figures))}
    pictures = clip.images([pairs.files.get(name, b"") for name in names])
    questions = clip.texts([qa.question for qa in pairs.rows])
    blank = np.full((len(pairs.rows), ALTERNATIVES, clip.dim), np.nan, dtype=np.float32)
    return Encoded(
        figure=figure,
        images=pictures[[names[image] for _, image, _ in figures]],
        captions=clip.texts([caption for _, _, caption in figures]),
        questions=questions,
        statements=clip.texts([make_statement(qa) for qa in pairs.rows]),
        others=blank if bank is None else _encode_others(pairs.rows, questions, bank, clip),
        nli=compute_entailment(pairs.rows, nli),
        scale=clip.scale,
    )


def encode_words(pairs: PairTable) -> Encoded:
    """What takes the place of encoders where there are none: hashed bags of words.

    They find similar questions and statements; images, captions and entailment are missing.
    """
    from sklearn.feature_extraction.text import HashingVectorizer

    figure, figures = _number_figures(pairs)
    hashed = HashingVectorizer(n_features=_HASHED, alternate_sign=False, dtype=np.float32)
    texts = [qa.question for qa in pairs.rows], [make_statement(qa) for qa in pairs.rows]
    questions, statements = (hashed.transform(t).toarray() for t in texts)
    missing = np.full((len(figures), _HASHED), np.nan, dtype=np.float32)
    others = np.full((len(pairs.rows), 1, _HASHED), np.nan, dtype=np.float32)
    nli = np.full((len(pairs.rows), 3), np.nan, dtype=np.float32)
    return Encoded(figure, missing, missing, questions, statements, others, nli, 1.0)


def encode_pairs(pairs: PairTable, encoders: Encoders, bank: Bank | None) -> Encoded:
    """What the encoders see of pairs; hashed words where there are no encoders."""
    if encoders.clip is None or encoders.nli is None:
        return encode_words(pairs)
    return encode_with_models(pairs, encoders.clip, encoders.nli, bank)
