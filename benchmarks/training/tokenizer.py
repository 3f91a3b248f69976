"""The tokenizer of both encoders: word pieces in lower case, digits one by one.

Panel letters are told from words by their capital, so they are marked before the case is folded.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tokenizers import Regex, Tokenizer, normalizers, pre_tokenizers, processors
from tokenizers.models import WordPiece
from tokenizers.trainers import WordPieceTrainer
from transformers import PreTrainedTokenizerFast

VOCABULARY = 2048
VOCABULARY_FILE = Path(__file__).with_name("tokenizer.json")
"""What `train` made of captions and statements; kept, so that later wordings do not change it."""
SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
PAD, UNKNOWN, EOS = 0, 1, 3
_LETTERS = {letter: chr(0x24B6 + i) for i, letter in enumerate("ABCDEFGH")}
_ALPHABET = [chr(code) for code in range(33, 127)] + list("αβγδκμ°×±–—’“”" + "ⓐⓑⓒⓓⓔⓕⓖⓗ")


def _normalizer() -> normalizers.Normalizer:
    marks = [
        normalizers.Replace(Regex(rf"(?<![\w&.\-]){letter}(?![\w&\-])"), circled)
        for letter, circled in _LETTERS.items()
    ]
    return normalizers.Sequence([normalizers.NFKC(), *marks, normalizers.Lowercase()])


def train(texts: Iterable[str]) -> Tokenizer:
    """A tokenizer with at most VOCABULARY entries, fitted to texts."""
    tokenizer = Tokenizer(WordPiece(unk_token="[UNK]", max_input_chars_per_word=64))
    tokenizer.normalizer = _normalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.BertPreTokenizer(), pre_tokenizers.Digits(individual_digits=True)]
    )
    trainer = WordPieceTrainer(
        vocab_size=VOCABULARY,
        special_tokens=list(SPECIAL),
        initial_alphabet=_ALPHABET,
        limit_alphabet=160,
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", 2), ("[SEP]", 3)],
    )
    return tokenizer


def save(tokenizer: Tokenizer, folder: Path, longest: int) -> None:
    """Writes tokenizer.json and its configuration, as transformers reads them."""
    make: Any = PreTrainedTokenizerFast
    fast = make(
        tokenizer_object=tokenizer,
        model_max_length=longest,
        pad_token="[PAD]",
        unk_token="[UNK]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        mask_token="[MASK]",
        model_input_names=["input_ids", "token_type_ids", "attention_mask"],
    )
    fast.save_pretrained(folder)
