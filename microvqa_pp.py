"""The `datasets` builder behind `load_dataset("microvqa_pp")`.

After `import microvqa_pp` the literal call works from any working directory, without network. It
reads a release where there is one: the keyword arguments `release=` (a folder) or `published=` (a
dataset on the Hub), the environment variables MICROVQA_PP_RELEASE or MICROVQA_PP_PUBLISHED, or the
release last built inside this clone. Otherwise, or when a keyword argument asks for other data
(`source=`, `keep_ratio=`, `seed=` ...: the settings of `microvqa-pp build`), the release is
regenerated into the cache of `datasets`. It says which, and why.

Under `datasets` 3.6 the same file works as a script over a prebuilt release; it imports nothing
else of this project then.
"""

from __future__ import annotations

import functools
import hashlib
import json
import logging
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import datasets
import pyarrow.parquet as pq

__version__ = "0.1.0"

NAME = "microvqa_pp"
ENVIRONMENT = "MICROVQA_PP_RELEASE"
REPOSITORY = "MICROVQA_PP_PUBLISHED"
_SHAPING = (
    "source", "agent", "revision", "samples", "rounds", "keep_ratio", "test_ratio", "seed",
    "license", "microscopy", "topic", "source_license", "bloom_target", "bloom_beside", "exclude",
    "clip", "nli", "fit",
)  # fmt: skip
_RUNNING = (
    "base_url", "concurrency", "batch_size", "timeout", "price_in", "price_out", "budget",
    "record", "workers", "engine", "ray_address", "gpus_per_worker",
)  # fmt: skip

_DESCRIPTION = (
    "Multiple-choice and free-form questions about microscopy figures, made from their captions "
    "after the method of MicroVQA++ (arXiv 2511.11407); an independent implementation."
)
_LICENSE = (
    "Each row has its own license and attribution. Questions and ledger: CC BY 4.0, save where the "
    "licence of the figure asks for more."
)

logger = logging.getLogger(NAME)


class Found(NamedTuple):
    """The release to read, None to regenerate; where it comes from, or why it is not read."""

    folder: Path | None
    why: str = ""


@dataclass
class MicroVQAConfig(datasets.BuilderConfig):
    """What to load, and for a regeneration how to build it.

    What shapes the data asks for a regeneration. source: KIND[:LOCATION] or a list of them; agent:
    offline, openai:MODEL, transformers:MODEL or recorded:FOLDER, with revision, samples and rounds
    of a model; keep_ratio: share of the candidates that the filter keeps, 0-1; test_ratio: share of
    the questions for the test split, 0-1; seed: seed of everything random; license:
    redistributable, commercial or any; microscopy: strict, loose or any; topic: life or any;
    source_license: licence of figures whose source states none; bloom_target: five shares of the
    Bloom levels in the test split; bloom_beside: benchmark to classify by Bloom too; exclude:
    benchmarks to keep out; clip, nli, fit: encoders of the filter, and whether it is fitted on the
    candidates.

    How a regeneration runs does not change the data: base_url, concurrency, batch_size, timeout,
    price_in, price_out, budget of a model, and record, a folder for its replies; workers, engine,
    ray_address, gpus_per_worker. `microvqa-pp build --help` has all of these too.

    release: folder of a prebuilt release; published: dataset on the Hub that holds one, ORG/NAME.
    """

    # Stand-alone under `datasets` 3.6 there is no `BuildConfig` to take these from.
    source: str | list[str] | None = None
    agent: str | None = None
    revision: str | None = None
    samples: int | None = None
    rounds: int | None = None
    keep_ratio: float | None = None
    test_ratio: float | None = None
    seed: int | None = None
    license: str | None = None
    microscopy: str | None = None
    topic: str | None = None
    source_license: str | None = None
    bloom_target: str | list[float] | None = None
    bloom_beside: str | None = None
    exclude: str | list[str] | None = None
    clip: str | None = None
    nli: str | None = None
    fit: bool | None = None
    base_url: str | None = None
    concurrency: int | None = None
    batch_size: int | None = None
    timeout: float | None = None
    price_in: float | None = None
    price_out: float | None = None
    budget: float | None = None
    record: str | None = None
    workers: int | None = None
    engine: str | None = None
    ray_address: str | None = None
    gpus_per_worker: float | None = None
    release: str | None = None
    published: str | None = None

    def prebuilt(self) -> Path | None:
        """Folder of the release to read, or None to regenerate. Raises as `find`."""
        return self.find().folder

    def find(self) -> Found:
        """The release to read; published data that cannot be had are regenerated instead.

        Raises FileNotFoundError where a named folder holds no release, ValueError where a release
        is named and other data are asked for, or two releases are named.
        """
        asked = [f"{name}=" for name in _SHAPING if getattr(self, name) is not None]
        named = [name for name in ("release", "published") if getattr(self, name)]
        if asked and named:
            raise ValueError(
                f"{named[0]}= reads a release as it is; leave it out, or {', '.join(asked)} which "
                "would build another"
            )
        if len(named) > 1:
            raise ValueError("release= and published= name two releases; give one")
        if asked:
            return Found(None, f"{', '.join(asked)} asked for")
        if not self.published:
            for origin, place in (
                ("release=", self.release),
                (ENVIRONMENT, os.getenv(ENVIRONMENT)),
            ):
                if place:
                    return Found(_named_release(origin, Path(place).expanduser()))
        if repo_id := self.published or os.getenv(REPOSITORY):
            return _published(repo_id, self.name)
        last = _last_built(Path(__file__).resolve().parent)
        return Found(
            last, "" if last else f"neither {ENVIRONMENT} nor {REPOSITORY} names a release"
        )

    def build_config(self, output: Path) -> Any:
        """Settings of the regeneration, a `builder.run.config.BuildConfig`.

        Raises ValueError for values out of range.
        """
        given = {name: getattr(self, name) for name in (*_SHAPING, *_RUNNING)}
        given = {name: value for name, value in given.items() if value is not None}
        config = import_module("builder.run.config").BuildConfig
        try:
            return config.from_names({"output": output}, given)
        except ValueError as error:
            problem = import_module("builder.settings").describe_errors(error)
            raise ValueError(f"microvqa_pp: {problem}") from None

    def fingerprint(self) -> str:
        """Digest of all that shapes the data: the release's card, or sources, settings and code."""
        release = self.prebuilt()
        if release is not None:
            return hashlib.sha256((release / "README.md").read_bytes()).hexdigest()[:16]
        config = self.build_config(Path())
        shards = import_module("builder.run.pipeline").plan(config)
        content = {
            "settings": config.shaping("release"),
            "inputs": [shard.partition.fingerprint for shard in shards],
            "code": import_module("builder.tables.shards").code_digest(),
        }
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:16]

    def create_config_id(self, config_kwargs: dict[str, Any], custom_features: Any = None) -> str:
        """Name of the cache entry: changes with the content, not with how it was asked for."""
        config_id = f"{self.name}-{self.fingerprint()}"
        if custom_features is None:
            return config_id
        features = json.dumps(custom_features.to_dict(), sort_keys=True)
        return f"{config_id}-{hashlib.sha256(features.encode()).hexdigest()[:8]}"


def _named_release(origin: str, folder: Path) -> Path:
    for path in (folder, folder / "release"):
        if _is_release(path):
            return path
    raise FileNotFoundError(
        f"{origin} names {folder}, which holds no release (README.md beside data/); "
        "make one with: microvqa-pp build --output FOLDER"
    )


@functools.cache
def _published(repo_id: str, config: str) -> Found:
    """The files of one config of a release on the Hub, fetched into the cache of its client."""
    try:
        wanted = ["README.md", f"data/{config}/*"]
        hub = import_module("huggingface_hub")
        folder = hub.snapshot_download(repo_id, repo_type="dataset", allow_patterns=wanted)
    except Exception as error:  # transport errors are of the client's own library
        line = (str(error).strip().splitlines() or [""])[0]
        return Found(None, f"{repo_id} cannot be read: {type(error).__name__}: {line}")
    if not _is_release(Path(folder)):
        return Found(None, f"{repo_id} holds no release with the config {config}")
    return Found(Path(folder), repo_id)


def _is_release(folder: Path) -> bool:
    return (folder / "README.md").is_file() and (folder / "data").is_dir()


def _last_built(root: Path) -> Path | None:
    """Newest release among the outputs inside a clone, by the run.json that ends a build."""
    if not (root / "pyproject.toml").is_file():
        return None
    runs = [*root.glob("*/run.json"), *root.glob("*/*/run.json")]
    releases = [run.parent / "release" for run in sorted(runs, key=lambda r: r.stat().st_mtime)]
    return next((path for path in reversed(releases) if _is_release(path)), None)


class MicroVQAPlusPlus(datasets.GeneratorBasedBuilder):
    """Microscopy multiple-choice questions (`default`), free-form (`open`), and the ledger."""

    VERSION = datasets.Version(__version__)
    BUILDER_CONFIG_CLASS = MicroVQAConfig
    BUILDER_CONFIGS = [  # noqa: RUF012
        MicroVQAConfig(name="default", description="multiple-choice questions", version=VERSION),
        MicroVQAConfig(name="open", description="free-form questions and answers", version=VERSION),
        MicroVQAConfig(
            name="ledger", description="every candidate question with its decision", version=VERSION
        ),
    ]
    DEFAULT_CONFIG_NAME = "default"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        _published.cache_clear()
        super().__init__(*args, **kwargs)
        release, why = self.config.find()
        if release is None:
            sources = self.config.build_config(Path()).sources
            told = ", ".join(sources)
            logger.warning("microvqa_pp: regenerated from source: %s (%s)", told, why)
            phantom = any(spec.split(":")[0] == "phantom" for spec in sources)
        else:
            kind = "published release" if why else "prebuilt release"
            logger.warning("microvqa_pp: %s: %s", kind, why or release)
            phantom = "source-phantom" in (release / "README.md").read_text(encoding="utf-8")
        if phantom:
            logger.warning(
                "microvqa_pp: PHANTOM DATA: synthetic test specimens, not real micrographs"
            )

    def _info(self) -> Any:
        release = self.config.prebuilt()
        if release is None:
            columns = import_module("builder.release.card").list_features(self.config.name)
            return _dataset_info(datasets.Features._from_yaml_list(columns))
        infos = datasets.info.DatasetInfosDict.from_directory(str(release))
        if self.config.name not in infos:
            raise ValueError(
                f"{release} has no config {self.config.name!r}, only {', '.join(sorted(infos))}; "
                "the config 'ledger' says why no question was made"
            )
        return _dataset_info(infos[self.config.name].features)

    def _split_generators(self, dl_manager: Any) -> list[Any]:
        release = self.config.prebuilt() or self._regenerate()
        files = sorted((release / "data" / self.config.name).glob("*.parquet"))
        splits: dict[str, list[tuple[str, int]]] = {}
        for file in files:
            groups = pq.ParquetFile(file).num_row_groups
            split = file.name.split("-")[0]
            splits.setdefault(split, []).extend((str(file), group) for group in range(groups))
        if not splits:
            raise ValueError(f"no questions in {release}; the config 'ledger' says why")
        return [
            datasets.SplitGenerator(name=split, gen_kwargs={"row_groups": splits[split]})
            for split in sorted(splits, key=("train", "test").index)
        ]

    def _regenerate(self) -> Path:
        output = Path(self._cache_dir_root) / f"{NAME}-builds" / self.config.fingerprint()
        config = self.config.build_config(output)
        result = import_module("builder.run.pipeline").build(config, wait=True)
        release: Path = result.release
        return release

    def _generate_examples(
        self, row_groups: list[tuple[str, int]]
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        for file, group in row_groups:
            rows = pq.ParquetFile(file).read_row_group(group).to_pylist()
            for i, row in enumerate(rows):
                yield f"{Path(file).name}/{group}/{i}", row


def _dataset_info(features: Any) -> Any:
    return datasets.DatasetInfo(
        description=_DESCRIPTION,
        features=features,
        license=_LICENSE,
    )


def _answer_to_name(original: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    def factory(path: str, *args: Any, **kwargs: Any) -> Any:
        elsewhere = args or any(kwargs.get(k) for k in ("revision", "data_dir", "data_files"))
        if path != NAME or elsewhere:
            return original(path, *args, **kwargs)
        digest = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()
        return datasets.load.DatasetModule(NAME, digest, {"dataset_name": NAME})

    factory.microvqa_pp = True  # type: ignore[attr-defined]  # marks the function as ours
    return factory


def _register() -> None:
    """Make the name "microvqa_pp" known to `datasets.load_dataset` and its relatives."""
    for name in ("datasets.load", "datasets.inspect"):
        module: Any = import_module(name)
        factory = module.dataset_module_factory
        if not hasattr(factory, "microvqa_pp"):
            module.dataset_module_factory = _answer_to_name(factory)


if __name__ == NAME:
    _register()
elif __name__ == "__main__":
    import_module("builder.commands.main").main()
