"""Measures our extractor beside those of other harnesses, and the scoring of a million rows.

    python benchmarks/scoring.py [ROUNDS]

The responses are those of tests/scoring/extraction_cases.jsonl with letters as labels: all of
them, the ordinary ones (rounds 6 and 7), and the answered ordinary ones after 50,000 characters
of reasoning. Our rules were written with these responses in sight, so our share of right ones is
a regression figure; docs/scoring.md has those from before. inspect_ai and lm_eval come with
`pip install 'microvqa-pp[bench]'`; MICROVQA_PP_LMMS_EVAL names an interpreter that has lmms-eval.

Ends with status 1 where we are slower than the faster of those that are right more often than
70%, or where a million predictions with 1,000 resamples take more than 30 seconds or 2 GB.
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

FOLDER = Path(__file__).resolve().parent

if __name__ in ("__main__", "scoring"):  # a script's folder comes first, and hides the package
    sys.path[:] = [str(FOLDER.parent), *(p for p in sys.path if Path(p).resolve() != FOLDER)]
if __name__ == "scoring":
    del sys.modules["scoring"]
    import_module("scoring")
if __name__ == "__main__":
    sys.exit(import_module("benchmarks.harnesses").main(sys.argv[1:]))
