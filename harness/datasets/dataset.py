"""A data set ready for use: documents streamed, queries and judgments in memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from harness.datasets import quirks as rules
from harness.datasets.catalogue import load_catalogue, spec_of
from harness.datasets.places import data_root, is_beir_folder, resolve
from harness.datasets.sources.folder import Folder
from harness.datasets.sources.protocol import Source
from harness.datasets.sources.table import SOURCES
from harness.datasets.spec import FOLDER_MEASURES, Counts, DatasetSpec, FolderSource
from harness.errors import CommandError, DatasetError, MissingExtraError
from harness.files import without_tilde
from harness.rankings import Run
from harness.records import Document, Qrels, Query


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Dataset:
    """One collection and one split of its queries.

    Attributes:
        name: its name in the catalogue, or the folder's.
        spec: what the catalogue says of it.
        source: where the records come from.
        queries: the split's judged queries, in the order of the source.
        all_queries: every query the source offers, judged or not.
        qrels: the split's judgments, with the quirk ``grade_map`` applied.
        excluded: for the quirk ``excluded_ids``, the document ids dropped of each query.
    """

    name: str
    spec: DatasetSpec
    source: Source
    queries: tuple[Query, ...]
    all_queries: tuple[Query, ...]
    qrels: Qrels
    excluded: rules.Excluded | None = None

    def documents(self) -> Iterator[Document]:
        """Stream the documents; each call starts anew.

        Raises:
            DatasetError: the corpus is malformed, with ``file:line``.
        """
        return self.source.documents()

    def as_scored(self, run: Run) -> Run:
        """The run by the data set's protocol: without self matches and excluded ids if its quirks say so."""
        return rules.rankings(run, self.spec.quirks, self.excluded)


def load_dataset(name_or_path: str, catalogue: Mapping[str, DatasetSpec] | None = None) -> Dataset:
    """Load a data set by its name in the catalogue, or any folder in BEIR layout by its path.

    A name of the catalogue comes first; ``./NAME`` always means a folder. Another name is looked for as a
    folder here and below ``$HARNESS_DATA``, so that a run on a folder can be scored again. A folder
    ``$HARNESS_DATA/<name>`` in BEIR layout is used before the entry's own source (the demo excepted).
    Documents and queries are checked line by line; whether they agree with the judgments is the audit's
    work.

    Raises:
        UnknownNameError: neither a name nor a folder.
        CommandError: a mean over parts, which has no data of its own.
        UnavailableError, MissingExtraError: the data or a package is not here.
        DatasetError: queries or judgments are malformed.
        SpecError: the catalogue is.
    """
    if _is_path(name_or_path):
        path = without_tilde(name_or_path)
        return _load(path.resolve().name, folder_spec(path), Folder(path), path)
    specs = load_catalogue() if catalogue is None else catalogue
    if name_or_path not in specs:
        kept = data_root() / name_or_path
        if Path(name_or_path).is_dir():
            return load_dataset(f"./{name_or_path}", specs)
        if is_beir_folder(kept):
            return _load(name_or_path, folder_spec(kept), Folder(kept), kept)
    spec = spec_of(specs, name_or_path)
    if spec.parts:
        raise CommandError(
            f"{name_or_path!r} is the mean over {len(spec.parts)} data sets and has no data of its own. "
            f"Use its parts: {', '.join(spec.parts)}."
        )
    source, folder = _open(name_or_path, spec)
    return _load(name_or_path, spec, source, folder)


def folder_spec(path: Path) -> DatasetSpec:
    """The specification of a folder that no catalogue describes: default measures, nothing known."""
    name = path.resolve().name
    return DatasetSpec(
        title=name,
        description="A folder in BEIR layout that is not in the catalogue.",
        task="not stated",
        domain="not stated",
        languages=("und",),
        licence="not stated",
        citation="not stated",
        homepage="https://github.com/beir-cellar/beir",
        source=FolderSource(kind="folder", path=str(path), where="Named on the command line."),
        measures=FOLDER_MEASURES,
        counts=Counts(documents=None, queries=None, judged_queries=None, judgments=None, grades=None),
        counts_note="No catalogue states them.",
    )


def _is_path(text: str) -> bool:
    return text in {".", ".."} or "/" in text or text.startswith("~")


def _open(name: str, spec: DatasetSpec) -> tuple[Source, Path]:
    """The source in force and the folder that relative paths of the entry start from."""
    settings = spec.source
    if settings is None:
        raise CommandError(f"{name!r} has no source.")
    copy = data_root() / name
    if settings.kind != "demo" and is_beir_folder(copy):
        return Folder(copy), copy
    try:
        source: Source = SOURCES[settings.kind](name, settings)
    except MissingExtraError as error:
        where = f" from {settings.url}" if settings.kind == "beir" else ""
        raise MissingExtraError(
            error.feature,
            error.package,
            error.extra,
            f"– or put a copy{where} into {copy} (corpus.jsonl, queries.jsonl, qrels/) and run again.",
        ) from error
    return source, resolve(settings.path) if settings.kind == "folder" else copy


def _load(name: str, spec: DatasetSpec, source: Source, folder: Path) -> Dataset:
    qrels = rules.judgments(source.qrels(spec.split), spec.quirks)
    every = tuple(source.queries())
    judged = set(qrels.queries.tolist())
    queries = tuple(query for query in every if query.id in judged)
    if not queries:
        example = f"a query is {every[0].id!r}, a judged one {qrels.queries[0]!r}" if every else "no query"
        raise DatasetError(f"{name!r}: none of the {len(every)} queries is judged ({example}).")
    excluded = spec.quirks.excluded_ids
    return Dataset(
        name=name,
        spec=spec,
        source=source,
        queries=queries,
        all_queries=every,
        qrels=qrels,
        excluded=rules.read_excluded(folder / excluded) if excluded else None,
    )
