"""The phantom as a source of figures."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from builder.sources.base import Partition, SourceError
from builder.sources.phantom.articles import Article, Phantom, figure_count, make_article
from builder.tables.images import inspect
from builder.tables.records import Figure, Rejection

VERSION = "2"
LICENSE = "CC0-1.0"
LICENSE_URL = "https://creativecommons.org/publicdomain/zero/1.0/"
ATTRIBUTION = (
    "Synthetic phantom figure made by microvqa_pp (procedurally generated, not a real micrograph). "
    "CC0-1.0."
)


def to_record(article: Article, number: int, phantom: Phantom) -> Figure:
    """The row of figure `number` (from 1) of an article; renders the image."""
    image = phantom.image()
    seen = inspect(image)
    caption = phantom.caption
    letters = [panel.letter for panel in phantom.facts.panels if panel.letter]
    return Figure(
        figure_id=f"{article.article_id}/fig{number}",
        article_id=article.article_id,
        source=PhantomSource.kind,
        image={"bytes": image, "path": f"{article.article_id}-fig{number}.png"},
        image_sha256=seen.sha256,
        image_phash=seen.phash,
        width=seen.width,
        height=seen.height,
        label=f"Figure {number}",
        title=caption.title,
        caption=caption.text,
        panels=letters,
        mentions=[caption.mention],
        is_microscopy=True,
        microscopy_reason="phantom",
        modality=phantom.facts.modality,
        license=LICENSE,
        license_url=LICENSE_URL,
        attribution=ATTRIBUTION,
        authors=["Phantom generator"],
        doi="",
        article_title=article.title,
        reserved=article.reserved,
        facts=phantom.facts.to_json(),
    )


class PhantomSource:
    """Invented articles with 1 to 4 figures each, at least `figures` of them in total.

    Articles depend on `seed` and their index alone, so partitions can be read in any order and
    in any process.
    """

    kind = "phantom"
    decodes = False

    def __init__(self, figures: int = 720, seed: int = 0, figures_per_partition: int = 180) -> None:
        if figures < 1 or figures_per_partition < 1 or seed < 0:
            raise SourceError(
                f"phantom: figures ({figures}) and figures_per_partition ({figures_per_partition}) "
                f"must be at least 1 and seed ({seed}) at least 0"
            )
        self.figures = figures
        self.seed = seed
        self.figures_per_partition = figures_per_partition

    def partitions(self) -> list[Partition]:
        """Runs of whole articles, each closed when it has `figures_per_partition` figures."""
        found: list[Partition] = []
        items: list[str] = []
        made = here = index = 0
        while made < self.figures:
            size = figure_count(index, self.seed)
            items.append(str(index))
            made, here, index = made + size, here + size, index + 1
            if here >= self.figures_per_partition or made >= self.figures:
                found.append(self._partition(len(found), items))
                items, here = [], 0
        return found

    def _partition(self, number: int, items: list[str]) -> Partition:
        content = f"phantom {VERSION} seed {self.seed} articles {' '.join(items)}"
        digest = hashlib.sha256(content.encode()).hexdigest()
        return Partition(f"phantom-{number:05d}", digest, tuple(items))

    def read(self, partition: Partition) -> Iterator[Figure | Rejection]:
        """Renders the figures of a partition's articles, in order."""
        for item in partition.items:
            article = make_article(int(item), self.seed)
            for number, phantom in enumerate(article.figures, start=1):
                yield to_record(article, number, phantom)
