"""A vision-language model of a few thousand random weights: what it says means nothing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer, models, pre_tokenizers

TEMPLATE = (
    "{% for m in messages %}{{ m['role'] }} : {% for p in m['content'] %}"
    "{% if p['type'] == 'image' %}<image>{% else %}{{ p['text'] }}{% endif %} {% endfor %}"
    "{% endfor %}{% if add_generation_prompt %}assistant :{% endif %}"
)


def make_tiny_model(path: Path, says: Sequence[str] = (), scale: float = 1.0) -> Path:
    """Write a LLaVA with processor and chat template to a folder.

    `says` are more words that it may say, each a token of any length; with a `scale` well above 1
    what it says depends on what it is asked.
    """
    import transformers

    library: Any = transformers
    words = ["<pad>", "<eos>", "<unk>", "<image>", "user", "assistant", ":", "Which", "?", *"ABCD"]
    words += says
    plain: Any = Tokenizer(models.WordLevel({w: n for n, w in enumerate(words)}, unk_token="<unk>"))
    plain.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer = library.PreTrainedTokenizerFast(
        tokenizer_object=plain,
        pad_token="<pad>",
        eos_token="<eos>",
        unk_token="<unk>",
        additional_special_tokens=["<image>"],
    )
    processor = library.LlavaProcessor(
        image_processor=library.CLIPImageProcessor(
            size={"shortest_edge": 16}, crop_size={"height": 16, "width": 16}
        ),
        tokenizer=tokenizer,
        patch_size=8,
        chat_template=TEMPLATE,
        vision_feature_select_strategy="default",
        image_token="<image>",
        num_additional_image_tokens=1,
    )
    torch.manual_seed(0)
    small = dict.fromkeys(("hidden_size", "intermediate_size"), 16)
    small |= dict.fromkeys(("num_hidden_layers", "num_attention_heads"), 2)
    eyes = library.CLIPVisionConfig(**small, image_size=16, patch_size=8, projection_dim=16)
    mouth = library.LlamaConfig(**small, vocab_size=len(words), pad_token_id=0, eos_token_id=1)
    config = library.LlavaConfig(vision_config=eyes, text_config=mouth, image_token_index=3)
    model = library.LlavaForConditionalGeneration(config)
    with torch.no_grad():
        for weight in model.parameters():
            weight.mul_(scale)
    model.save_pretrained(path)
    processor.save_pretrained(path)
    return path
