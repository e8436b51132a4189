"""What ``datasets.yaml`` may say about a data set: the schema of one entry."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, TypeAlias

from pydantic import Field, PositiveInt

from harness.config import Strict

Text = Annotated[str, Field(pattern=r"\S")]
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]*$")]
Language = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]+)*$")]
Url = Annotated[str, Field(pattern=r"^https?://\S+$")]
Page = Annotated[str, Field(pattern=r"^(https?://|docs/)\S+$")]
Count = Annotated[int, Field(ge=0)]
MeasureName = Annotated[str, Field(pattern=r"^[A-Za-z]\w*(\([^()]*\))?(@[1-9]\d*)?$")]

FOLDER_MEASURES = ("nDCG@10", "AP", "R@100", "R@1000", "RR@10", "P@10", "Judged@10")
"""What a folder without a catalogue entry is scored by; BEIR's headline and its customary companions."""


class DemoSource(Strict):
    """The small collection inside the package."""

    kind: Literal["demo"]


class FolderSource(Strict):
    """A folder in BEIR layout: absolute, with ``$VARIABLES``, or relative to ``$HARNESS_DATA``."""

    kind: Literal["folder"]
    path: Text
    where: Text = Field(description="How a user gets the data.")
    url: Url | None = Field(default=None, description="The page or archive to get it from.")


class BeirSource(Strict):
    """A zip in BEIR layout, fetched and read by the beir package."""

    kind: Literal["beir"]
    url: Url
    md5: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")] | None = None
    folder: Text = Field(description="The data set's folder inside the zip.")


class IrDatasetsSource(Strict):
    """Data through the ir_datasets package; documents and queries may have an id of their own."""

    kind: Literal["ir_datasets"]
    id: Text
    docs: Text | None = None
    queries: Text | None = None
    qrels: Text | None = None


SourceSpec: TypeAlias = Annotated[
    DemoSource | FolderSource | BeirSource | IrDatasetsSource, Field(discriminator="kind")
]


class Counts(Strict):
    """How much there is, after the grade map; every key must stand, ``null`` where nobody knows.

    ``queries`` counts the topics released for the split, ``judged_queries`` those with at least one judgment,
    ``judgments`` the rows of the split's judgments, ``grades`` how often each grade occurs among them.
    """

    documents: Count | None
    queries: Count | None
    judged_queries: Count | None
    judgments: Count | None
    grades: Mapping[int, Count] | None


class Quirks(Strict):
    """Rules of the data set's own evaluation protocol; harness.datasets.quirks applies them."""

    drop_self_matches: bool = Field(default=False, description="Drop a result whose id is the query's id.")
    excluded_ids: Text | None = Field(default=None, description="TSV of query and document ids to drop.")
    grade_map: Mapping[int, int] = Field(default_factory=dict, description="Grade in the file: grade used.")
    relevance_level: PositiveInt = Field(default=1, description="Lowest grade that binary measures count.")


class DatasetSpec(Strict):
    """One entry of the catalogue: a single collection (``source``) or a mean over several (``parts``)."""

    title: Text
    description: Text
    task: Text
    domain: Text
    languages: tuple[Language, ...] = Field(min_length=1)
    licence: Text
    citation: Text
    homepage: Page
    source: SourceSpec | None = None
    parts: tuple[Name, ...] = ()
    runs_from: Name | None = Field(
        default=None, description="Another entry on the same documents whose runs these judgments score, too."
    )
    split: Name = "test"
    measures: tuple[MeasureName, ...] = Field(min_length=1)
    depth: PositiveInt = 1000
    counts: Counts | None = None
    counts_note: Text | None = None
    quirks: Quirks = Quirks()
    quirk_notes: Text | None = None
    tags: tuple[Name, ...] = ()
    hidden: Literal["judgments", "queries-and-judgments"] | None = Field(
        default=None,
        description="What stays on the server: nobody else sees it, nor scores of single queries.",
    )

    @property
    def headline(self) -> str:
        """The measure that ranks systems on this data set."""
        return self.measures[0]
