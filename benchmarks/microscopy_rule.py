"""How well the caption rule of builder/tables/microscopy.py tells microscopy from other figures.

    python benchmarks/microscopy_rule.py REALDATA

REALDATA holds `captions.jsonl` (records with `title`, `caption`, `microscopy_strict`),
`biomedica/`, a tree of WebDataset shards with BIOMEDICA's record keys, and `figures/`, article
packages whose figures were labelled by eye (`figures.jsonl`) and an imagefolder (`openstax/`).
Prints precision and recall with 95% Wilson intervals for each, then every caption where rule and
label disagree.

The labels of `captions.jsonl` come from a rule. READ holds what reading says where that
rule is wrong, and a second line of figures counts with these corrections. The captions were seen
while the rule was written, so all figures are optimistic.
"""

from __future__ import annotations

import argparse
import json
import tarfile
from collections.abc import Iterator, Sequence
from math import sqrt
from pathlib import Path
from typing import NamedTuple

from builder.sources import SourceOptions, open_source
from builder.tables.microscopy import MicroscopyVerdict, classify
from builder.tables.records import Figure

READ = {
    "10.1371/journal.pone.0120924": False,  # photographs of shells, scale bars of 1 cm
    "10.1371/journal.pcbi.1004113 Fig 1": True,  # H&E stain of an epithelium
    "10.1371/journal.ppat.1000105 Figure 6": True,  # fluorescence images of worms
    "10.1371/journal.ppat.1000105 Figure 4": True,  # worms that express GFP, panels A-D
    "10.1101/2023.03.13.532331 Figure 4—figure supplement 1": True,  # cells imaged after 2 h
}
"""Labels by reading, for an article or a figure of `captions.jsonl`, where its label is wrong."""


class Row(NamedTuple):
    """A caption with its label."""

    key: str
    title: str
    caption: str
    label: bool
    number: str = ""
    mentions: Sequence[str] = ()


def captions(path: Path) -> Iterator[Row]:
    """Rows of a JSON Lines file of captions."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            key = f"{row['doi']} {row['label']}"
            yield Row(key, row["title"], row["caption"], row["microscopy_strict"])


def shards(folder: Path) -> Iterator[Row]:
    """Records of BIOMEDICA shards; positive where microscopy is the only primary label."""
    for path in sorted(folder.rglob("*.tar")):
        with tarfile.open(path) as shard:
            parts = {m.name: shard.extractfile(m) for m in shard if m.isfile()}
            texts = {
                name: part.read().decode()
                for name, part in parts.items()
                if part is not None and name.endswith((".txt", ".json"))
            }
        for name in sorted(texts):
            if name.endswith(".json"):
                label = json.loads(texts[name])["image_primary_label"] == ["Microscopy"]
                yield Row(name, "", texts[name.removesuffix(".json") + ".txt"], label)


def articles(folder: Path) -> Iterator[Row]:
    """Figures of the article packages in `folder`/SET, judged as the source reads them."""
    labels = {}
    for label in map(json.loads, (folder / "figures.jsonl").open(encoding="utf-8")):
        kind = label["set"].rpartition("/")[2]
        labels[kind, Path(label["file"]).name] = label["is_microscopy"]
    for kind in sorted({kind for kind, _ in labels}):
        source = open_source(f"pmc_oa:{folder / kind}", SourceOptions())
        for figure in (f for part in source.partitions() for f in source.read(part)):
            if isinstance(figure, Figure) and (kind, figure.image["path"]) in labels:
                label = labels[kind, figure.image["path"]]
                key = f"{kind} {figure.figure_id}"
                yield Row(key, figure.title, figure.caption, label, figure.label, figure.mentions)


def textbook(folder: Path) -> Iterator[Row]:
    """Captions of an imagefolder, labelled in a file beside it."""
    lines = Path(f"{folder}_figures.jsonl").read_text("utf-8").splitlines()
    labels = {row["file"]: row["is_microscopy"] for row in map(json.loads, lines)}
    for line in (folder / "metadata.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        yield Row(row["file_name"], "", row["caption"], labels[row["file_name"]])


def corrected(rows: list[Row]) -> list[Row]:
    """The rows with the labels of READ."""
    return [
        row._replace(label=READ.get(row.key, READ.get(row.key.split()[0], row.label)))
        for row in rows
    ]


def wilson(hits: int, total: int) -> str:
    """A share with its 95% Wilson interval."""
    if total == 0:
        return "no cases"
    z, share = 1.96, hits / total
    middle = (share + z * z / (2 * total)) / (1 + z * z / total)
    spread = z * sqrt(share * (1 - share) / total + z * z / (4 * total**2)) / (1 + z * z / total)
    return f"{share:.3f} [{middle - spread:.3f}, {middle + spread:.3f}] ({hits} of {total})"


def report(name: str, rows: list[Row]) -> None:
    """Print precision, recall and disagreements."""
    judged = [(row, classify(row.caption, row.title, row.number, row.mentions)) for row in rows]
    found = [row for row, verdict in judged if verdict.is_microscopy]
    hits = sum(row.label for row in found)
    print(f"{name}: {len(rows)} captions, {sum(row.label for row in rows)} labelled microscopy")
    print(f"  precision {wilson(hits, len(found))}")
    print(f"  recall    {wilson(hits, sum(row.label for row in rows))}")
    for row, verdict in judged:
        if verdict.is_microscopy != row.label:
            _disagreement(row, verdict)


def _disagreement(row: Row, verdict: MicroscopyVerdict) -> None:
    side = "rule only " if verdict.is_microscopy else "label only"
    print(f"  {side} {row.key}: {verdict.reason}\n      {row.caption[:160]}")


def main() -> None:
    """Report on each labelled set of the folder."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("realdata", type=Path, help="folder with these")
    folder = parser.parse_args().realdata
    rows = list(captions(folder / "captions.jsonl"))
    report("captions.jsonl", rows)
    report("captions.jsonl, labels corrected by reading", corrected(rows))
    report("biomedica", list(shards(folder / "biomedica")))
    report("figures of articles", list(articles(folder / "figures")))
    report("figures of a textbook", list(textbook(folder / "figures" / "openstax")))


if __name__ == "__main__":
    main()
