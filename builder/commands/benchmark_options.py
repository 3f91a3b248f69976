"""Options of the command `microvqa-pp benchmark`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

_KINDS = (
    "openai:NAME, transformers:NAME, clip:NAME, random, constant, longest, choices, text, caption"
)

Dataset = Annotated[
    str, typer.Option(help="release folder, OUTPUT of a build, or Hub id (also jmhb/microvqa)")
]
Model = Annotated[str, typer.Option(help=f"{_KINDS}; with --predictions the name to show")]
Output = Annotated[Path, typer.Option(help="folder for the report and the cache")]
Split = Annotated[str, typer.Option(help="split to answer")]
Limit = Annotated[
    int | None, typer.Option(help="only so many questions, spread over the split", min=1)
]
Circular = Annotated[
    bool, typer.Option("--circular", help="ask each question with its choices in every order")
]
NoImage = Annotated[bool, typer.Option("--no-image", help="ask without the image")]
ChoicesOnly = Annotated[
    bool, typer.Option("--choices-only", help="show neither image nor question")
]
Prompt = Annotated[str, typer.Option(help="ours-v1 or microvqa-v1")]
Predictions = Annotated[
    Path | None,
    typer.Option(help="Parquet or JSON Lines with id and response: score it, ask no model"),
]
BaseUrl = Annotated[
    str | None,
    typer.Option(help="server of openai:NAME; default: OPENAI_BASE_URL, else OpenAI's own"),
]
Revision = Annotated[str, typer.Option(help="revision of the model")]
MaxTokens = Annotated[int, typer.Option(help="longest response, in tokens", min=1)]
Temperature = Annotated[
    float, typer.Option(help="below 0 leaves it to the server, as some models ask")
]
Seed = Annotated[int | None, typer.Option(help="seed sent to the server")]
Concurrency = Annotated[int, typer.Option(help="requests at once, at most", min=1)]
BatchSize = Annotated[int, typer.Option(help="batch of transformers:NAME", min=1)]
Timeout = Annotated[float, typer.Option(help="seconds to wait for a response", min=0.1)]
PriceIn = Annotated[float | None, typer.Option(help="USD per million tokens read", min=0)]
PriceOut = Annotated[float | None, typer.Option(help="USD per million tokens written", min=0)]
Budget = Annotated[
    float | None, typer.Option(help="USD that this call may spend; run again to go on", min=0)
]
Cache = Annotated[Path | None, typer.Option(help="folder of responses; default: OUTPUT/cache")]
