"""What both encoders need: where weights lie, what identifies them, devices and batches."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any, Literal, TypeVar

import numpy as np
import numpy.typing as npt
import torch
from transformers.utils import logging as transformers_logging

from filtering.scorer_choice import PHANTOM_TINY

Part = Literal["clip", "nli"]
Floats = npt.NDArray[np.float32]
T = TypeVar("T")
_WEIGHTS = Path(__file__).resolve().parent.parent / "weights"
_NOISY = ("", "transformers", "open_clip", "huggingface_hub")


class EncoderError(Exception):
    """An encoder that cannot be opened; the message is one line that says what to do."""


def find_local_folder(name: str, part: Part) -> Path | None:
    """Folder of a bundled or local model, None for a name that is neither.

    A folder may hold the model itself or, like the bundled one, a subfolder `clip` or `nli`.
    """
    folder = _WEIGHTS / PHANTOM_TINY if name == PHANTOM_TINY else Path(name).expanduser()
    if not folder.is_dir():
        return None
    return (folder / part if (folder / part).is_dir() else folder).resolve()


def shorten_name(name: str, folder: Path | None, part: Part) -> str:
    """The name that results are recorded under: for a folder its own name, without its path."""
    if folder is None or name == PHANTOM_TINY:
        return name
    return folder.parent.name if folder.name == part else folder.name


def compute_revision(model: torch.nn.Module) -> str:
    """First 12 hexadecimal digits of the SHA-256 of all weights with their names."""
    digest = hashlib.sha256()
    for key, tensor in sorted(model.state_dict().items()):
        plain = tensor.detach().cpu().contiguous()
        digest.update(f"{key} {plain.dtype} {tuple(plain.shape)}".encode())
        digest.update(plain.reshape(-1).view(torch.uint8).numpy().data)
    return digest.hexdigest()[:12]


def choose_device(device: str | None) -> torch.device:
    """The device asked for; without one the GPU where there is one, else the processor.

    Raises EncoderError for a device that torch does not know or does not find.
    """
    chosen = device or ("cuda" if torch.cuda.is_available() else "cpu")
    try:
        found = torch.device(chosen)
        torch.empty(0, device=found)
    except (RuntimeError, AssertionError) as error:
        raise EncoderError(f"device {chosen!r} cannot be used: {format_error(error)}") from error
    return found


def format_error(error: BaseException) -> str:
    """The first 200 characters of an error's message, on one line."""
    return " ".join(f"{type(error).__name__}: {error}".split())[:200]


@contextmanager
def _quiet() -> Iterator[None]:
    """Keeps the libraries' own warnings back: what goes wrong becomes one EncoderError."""
    levels = {name: logging.getLogger(name).level for name in _NOISY}
    for name in levels:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    bars: Any = transformers_logging
    shown = bars.is_progress_bar_enabled()
    bars.disable_progress_bar()
    try:
        yield
    finally:
        if shown:
            bars.enable_progress_bar()
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)


def open_quietly(name: str, what: str, advice: str, load: Callable[[], T]) -> T:
    """What `load` returns. Raises EncoderError, one line with name and advice, if it fails."""
    try:
        with _quiet():
            return load()
    except EncoderError:
        raise
    except Exception as error:  # the libraries raise whatever their parts raise
        text = f"{name!r} cannot be opened as {what} ({format_error(error)}); {advice}"
        raise EncoderError(text) from error


def encode_distinct(
    items: Sequence[T],
    key: Callable[[T], Hashable],
    encode: Callable[[Sequence[T]], Floats],
    width: int,
    batch_size: int,
) -> Floats:
    """Rows (n, width) of `encode`, called with batches of the distinct items in input order."""
    keys = [key(item) for item in items]
    first: dict[Hashable, T] = {}
    for name, item in zip(keys, items, strict=True):
        first.setdefault(name, item)
    place = {name: row for row, name in enumerate(first)}
    distinct = list(first.values())
    rows = np.empty((len(distinct), width), dtype=np.float32)
    for start in range(0, len(distinct), batch_size):
        rows[start : start + batch_size] = encode(distinct[start : start + batch_size])
    return rows[[place[name] for name in keys]]


def use_autocast(device: torch.device) -> AbstractContextManager[object]:
    """Mixed precision on a GPU, nothing elsewhere."""
    return torch.autocast("cuda") if device.type == "cuda" else nullcontext()


def make_encodable(text: str) -> str:
    """The text with what cannot be encoded, such as half a surrogate pair, as '?'."""
    return text.encode("utf-8", "replace").decode("utf-8")
