"""Where the weights of a named encoder lie, and what identifies them."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, TypeVar

import torch
from transformers.utils import logging as transformers_logging

PHANTOM_TINY = "phantom-tiny"
Part = Literal["clip", "nli"]
T = TypeVar("T")
_WEIGHTS = Path(__file__).resolve().parent.parent / "weights"
_NOISY = ("", "transformers", "open_clip", "huggingface_hub")


class EncoderError(Exception):
    """An encoder that cannot be opened; the message is one line that says what to do."""


def local_folder(name: str, part: Part) -> Path | None:
    """Folder of a bundled or local model, None for a name that is neither.

    A folder may hold the model itself or, like the bundled one, a subfolder `clip` or `nli`.
    """
    folder = _WEIGHTS / PHANTOM_TINY if name == PHANTOM_TINY else Path(name).expanduser()
    if not folder.is_dir():
        return None
    return (folder / part if (folder / part).is_dir() else folder).resolve()


def short_name(name: str, folder: Path | None, part: Part) -> str:
    """The name that results are recorded under: for a folder its own name, without its path."""
    if folder is None or name == PHANTOM_TINY:
        return name
    return folder.parent.name if folder.name == part else folder.name


def revision(model: torch.nn.Module) -> str:
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
        raise EncoderError(f"device {chosen!r} cannot be used: {one_line(error)}") from error
    return found


def one_line(error: BaseException) -> str:
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


def opened(name: str, what: str, advice: str, load: Callable[[], T]) -> T:
    """What `load` returns. Raises EncoderError, one line with name and advice, if it fails."""
    try:
        with _quiet():
            return load()
    except EncoderError:
        raise
    except Exception as error:  # the libraries raise whatever their parts raise
        text = f"{name!r} cannot be opened as {what} ({one_line(error)}); {advice}"
        raise EncoderError(text) from error
