"""Feeds damaged inputs to one parser, in a process that may be killed.

    python -m tests.chaos.worker PARSER SEED FIRST END FOLDER

Writes the number of the input that is being read into FOLDER/now, and one JSON line per fault on
the standard output.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
import traceback
import warnings
from pathlib import Path

import pyarrow as pa

from tests.chaos.parsers import PARSERS

MOST_SECONDS = 5.0


def main(name: str, seed: int, first: int, end: int, folder: Path) -> None:
    """Read inputs `first` to `end`."""
    warnings.simplefilter("ignore")
    pa.set_cpu_count(1)
    parser, place = PARSERS[name], folder / "input"
    now = os.open(folder / "now", os.O_CREAT | os.O_WRONLY)
    for number in range(first, end):
        which, data = parser.mutant(number, seed)
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir()
        os.pwrite(now, b"%12d" % number, 0)
        began = time.process_time()
        fault = ""
        try:
            parser.parse(which, data, place)
        except Exception as error:  # whatever was not announced is a fault
            frame = traceback.extract_tb(error.__traceback__)[-1]
            line = f"{Path(frame.filename).name}:{frame.lineno}"
            fault = f"{type(error).__name__} at {line}: {str(error)[:200]}"
        if (spent := time.process_time() - began) > MOST_SECONDS:
            fault = f"took {spent:.1f} s"
        if fault:
            print(json.dumps([number, fault]), flush=True)
    os.pwrite(now, b"%12d" % end, 0)


if __name__ == "__main__":
    called, *numbers, where = sys.argv[1:]
    given, start, stop = map(int, numbers)
    main(called, given, start, stop, Path(where))
