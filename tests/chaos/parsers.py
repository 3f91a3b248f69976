"""The parsers of what comes from outside, each with sound inputs and with how it is called.

A parser keeps its promise where it returns, or raises what it says that it raises; anything else
is a fault. Real inputs are used too where MICROVQA_PP_REALDATA names their folder.
"""

from __future__ import annotations

import io
import json
import os
import random
import tarfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pcsv
import pyarrow.parquet as pq
from rich.console import Console

from tests.builder.sources.test_biomedica import record
from tests.builder.sources.test_pmc_oa import article, fig, picture
from tests.chaos.mutate import mutant, odd_table, odd_xml

Seeds = Sequence[bytes]


@dataclass(frozen=True, slots=True)
class Parser:
    """`parse` takes which seed was damaged, the damaged bytes and an empty folder.

    `reform` damages what a sound input says and leaves its form readable; '' where it cannot.
    """

    name: str
    seeds: Callable[[], Seeds]
    parse: Callable[[int, bytes, Path], None]
    reform: Callable[[bytes, random.Random], bytes] | None = None

    def mutant(self, number: int, seed: int) -> tuple[int, bytes]:
        """The damaged input of that number."""
        rng = random.Random(f"{self.name} {seed} {number}")
        seeds = self.seeds()
        if self.reform is not None and rng.random() < 0.5:
            which = rng.randrange(len(seeds))
            if odd := self.reform(seeds[which], rng):
                return which, odd
        return mutant(seeds, rng)


def _reformed_table(data: bytes, rng: random.Random) -> bytes:
    if data[:4] != b"PAR1":
        return b""
    return parquet(odd_table(pq.read_table(io.BytesIO(data)), rng))


def parquet(table: pa.Table) -> bytes:
    """A table as a Parquet file."""
    sink = io.BytesIO()
    pq.write_table(table, sink)
    return sink.getvalue()


def _real(pattern: str) -> list[Path]:
    folder = os.environ.get("MICROVQA_PP_REALDATA")
    return sorted(Path(folder).glob(pattern)) if folder else []


@cache
def _jats() -> Seeds:
    long = "<p>(A) Confocal micrograph of HeLa cells. (B) The same, 10 µm.</p>"
    made = article(fig(caption=long) + "<p>See <xref rid='f1'>Fig. 1</xref>.</p>" * 3)
    small = article(fig())
    seeds = [made, small] * 12
    return [*seeds, *(path.read_bytes() for path in _real("pmc_oa/*/*.nxml"))]


def _read_jats(which: int, data: bytes, folder: Path) -> None:
    from builder.sources.base import SourceError
    from builder.sources.pmc_oa import PmcOaSource

    package = folder / "PMC1"
    package.mkdir()
    (package / "PMC1.nxml").write_bytes(data)
    (package / "f1.jpg").write_bytes(picture())
    try:
        source = PmcOaSource(str(folder))
        for partition in source.partitions():
            list(source.read(partition))
    except SourceError:
        pass


@cache
def _shards() -> Seeds:
    image = picture()
    records = [("b_0-PMC1-3-fig-1", "x"), ("b_0-PMC2-1-fig-2", "y"), ("b_0-PMC2-2-fig-3", "z")]
    members = [part for key, text in records for part in record(image, key, text)]
    seeds = [_tar(members)] * 8
    for path in _real("biomedica/*/*.tar"):
        with tarfile.open(path) as archive:
            first = list(islice((m for m in archive if m.isfile()), 9))
            held = [(m.name, _content(archive, m)) for m in first]
        seeds.append(_tar([(n, image if n.endswith(".jpg") else data) for n, data in held]))
    return seeds


def _content(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    file = archive.extractfile(member)
    return file.read() if file else b""


def _tar(members: Sequence[tuple[str, bytes]]) -> bytes:
    sink = io.BytesIO()
    with tarfile.open(fileobj=sink, mode="w") as archive:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return sink.getvalue()


def _read_shard(which: int, data: bytes, folder: Path) -> None:
    from builder.sources.base import SourceError
    from builder.sources.biomedica import BiomedicaSource

    (folder / "shard.tar").write_bytes(data)
    try:
        for location in (str(folder / "shard.tar"), f"file://{folder}/shard.tar"):
            source = BiomedicaSource(location, "any")
            for partition in source.partitions():
                list(source.read(partition))
    except SourceError:
        pass


_METADATA = (".jsonl", ".csv", ".parquet")


@cache
def _metadata() -> Seeds:
    rows: list[dict[str, Any]] = [
        {"file_name": f"{n}.png", "caption": f"Confocal micrograph {n} of HeLa cells, 10 µm.",
         "article_id": f"PMC{n // 2}", "license": "CC BY 4.0", "authors": ["A", "B"], "n": n}
        for n in range(4)
    ]  # fmt: skip
    flat = [{k: str(v) for k, v in row.items()} for row in rows]
    csv = io.BytesIO()
    pcsv.write_csv(pa.Table.from_pylist(flat), csv)
    lines = "".join(json.dumps(row) + "\n" for row in rows).encode()
    seeds = [lines, csv.getvalue(), parquet(pa.Table.from_pylist(rows))]
    for path in _real("bccd/metadata.jsonl"):
        real = path.read_bytes().splitlines(keepends=True)[:6]
        seeds += [b"".join(real)]
    return seeds


def _read_metadata(which: int, data: bytes, folder: Path) -> None:
    from builder.sources.base import SourceError
    from builder.sources.image_folder import ImageFolderSource

    (folder / f"metadata{_METADATA[which % 3]}").write_bytes(data)
    for n in range(2):
        (folder / f"{n}.png").write_bytes(picture("red", "PNG"))
    try:
        source = ImageFolderSource(str(folder))
        for partition in source.partitions():
            list(source.read(partition))
    except SourceError:
        pass


@cache
def _replies() -> Seeds:
    facts = {
        "facts": [{"evidence": "HeLa cells", "task": "Expert Visual Understanding", "fact": "x"}]
    }
    choices = {"question": "Which cells?", "answer": "HeLa", "distractors": ["A", "B", "C"]}
    said = [facts, choices, {"right": "A", "reason": "it says so"}, {"level": 3}, {"same": True}]
    seeds = [json.dumps(one).encode() for one in said]
    seeds += [b"<think>Hmm.</think>```json\n" + seeds[0] + b"\n```", b"The answer is (B)."]
    cases = Path(__file__).parents[1] / "scoring" / "extraction_cases.jsonl"
    lines = cases.read_text("utf-8").splitlines()[::7]
    return [*seeds, *(json.loads(line)["response"].encode() for line in lines)]


_OPTIONS = ("Increased expression", "Panel B", "10 µm", "Loss of localization")


def _read_reply(which: int, data: bytes, folder: Path) -> None:
    from builder.agents.models import replies
    from builder.agents.models.structured_output import Unreadable, parse
    from scoring import extract
    from scoring.models import Response

    text = data.decode("utf-8", "replace")
    forms = [f for f in vars(replies).values() if isinstance(f, type)]
    for form in (
        f for f in forms if issubclass(f, replies.ReplyForm) and f is not replies.ReplyForm
    ):
        try:
            parse(Response(text, finish_reason="stop"), form)
        except Unreadable:
            continue
    found = extract(text, _OPTIONS)
    if found.index is not None and not 0 <= found.index < len(_OPTIONS):
        raise AssertionError(f"index {found.index} is no option")


@cache
def _verdicts() -> Seeds:
    fix = {"question": "Which?", "choices": ["a", "b", "c", "d"], "correct_index": 1}
    said: tuple[dict[str, Any], ...] = (
        {"verdict": "accept"},
        {"verdict": "reject", "reason": "other"},
        {"verdict": "fix", "fix": fix, "note": "a note"},
        {"verdict": "accept", "seconds": 3.5},
        {"kind": "undo", "undoes": f"{0:032x}"},
        {"kind": "adjudicate", "verdict": "reject", "reason": "other"},
    )
    rows = _ledger_table().select(["id", "stage"]).to_pylist()
    ids = [row["id"] for row in rows if row["stage"] == "released"][: len(said)]
    lines = [
        {"question_id": ids[n % len(ids)], "reviewer": name, "entry": f"{6 * k + n:032x}", **more}
        for k, name in enumerate(("Ada", "Grace"))
        for n, more in enumerate(said)
    ]
    return ["".join(json.dumps(line) + "\n" for line in lines).encode()]


def _read_verdicts(which: int, data: bytes, folder: Path) -> None:
    from builder.screening.outcomes import LOG, Screening

    (folder / LOG).write_bytes(data)
    screening = Screening.read(folder)
    screening.apply(_ledger_table())
    screening.summarise()


@cache
def _ledger_table() -> pa.Table:
    return pq.read_table(io.BytesIO(_ledgers()[0]))


@cache
def _ledgers() -> Seeds:
    """Ledgers of small builds, which lie in the folder of the run: see `prepare`."""
    folder = Path(os.environ["CHAOS_RELEASE"])
    return [path.read_bytes() for path in sorted(folder.glob("data/ledger/*.parquet"))]


def prepare(folder: Path) -> None:
    """Build the release whose ledger is damaged, once for all workers."""
    from builder.run.config import BuildConfig
    from builder.run.pipeline import build

    config = BuildConfig(
        output=folder / "sound", sources=("phantom:6",), workers=1, clip="none", nli="none"
    )
    build(config, Console(quiet=True))


def use_release(folder: Path) -> None:
    """Tell the workers where `prepare` built."""
    os.environ["CHAOS_RELEASE"] = str(folder / "sound" / "release")


def _read_ledger(which: int, data: bytes, folder: Path) -> None:
    from builder.commands.show import print_summary
    from builder.errors import BuildError
    from builder.publish.checks import check_release
    from builder.release.reading import list_ledger_files, read_summary
    from builder.report.collect import collect

    path = folder / "release" / "data" / "ledger" / "train-00000-of-00001.parquet"
    path.parent.mkdir(parents=True)
    path.write_bytes(data)
    (folder / "release" / "README.md").write_text("---\ndataset_info: []\n---\n")
    quiet = Console(file=io.StringIO())
    for step in (
        lambda: print_summary(read_summary(folder), quiet),
        lambda: list(collect(list_ledger_files(folder), folder / "none").signals()),
        lambda: check_release(folder / "release"),
    ):
        try:
            step()
        except BuildError:
            continue


PARSERS = {
    parser.name: parser
    for parser in (
        Parser("JATS", _jats, _read_jats, odd_xml),
        Parser("shard", _shards, _read_shard),
        Parser("metadata", _metadata, _read_metadata, _reformed_table),
        Parser("responses", _replies, _read_reply),
        Parser("verdicts", _verdicts, _read_verdicts),
        Parser("ledger", _ledgers, _read_ledger, _reformed_table),
    )
}
