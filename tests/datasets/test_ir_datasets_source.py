"""Data through ir_datasets: local files registered with its own classes, and what it cannot reach."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from harness.datasets.catalogue import load_catalogue
from harness.datasets.dataset import load_dataset
from harness.datasets.spec import DatasetSpec, IrDatasetsSource
from harness.errors import DatasetError, MissingExtraError, UnavailableError
from harness.records import Document, Query
from tests.conftest import needed

PRESENT = importlib.util.find_spec("ir_datasets") is not None


def entry(identifier: str, **more: str) -> dict[str, DatasetSpec]:
    source = IrDatasetsSource(kind="ir_datasets", id=identifier, **more)
    return {"sea": load_catalogue()["adi"].model_copy(update={"source": source})}


@pytest.fixture
def ir_datasets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data_home: Path) -> Iterator[Any]:
    """The package with an empty home; data sets that a test registers are taken out again."""
    needed("ir_datasets", PRESENT, "pip install 'retrieval-harness[data]'")
    monkeypatch.setenv("IR_DATASETS_HOME", str(tmp_path / "irds"))
    monkeypatch.setenv("IR_DATASETS_DL_TRIES", "1")
    import ir_datasets

    before = dict(ir_datasets.registry._registered)
    yield ir_datasets
    ir_datasets.registry._registered.clear()
    ir_datasets.registry._registered.update(before)


def register(package: Any, name: str, tmp_path: Path) -> None:
    """Two documents, two queries and judgments from files, through ir_datasets' readers."""
    docs, queries, qrels = (tmp_path / file for file in ("docs.tsv", "queries.tsv", "qrels.txt"))
    docs.write_text("d1\tThe moon pulls the sea.\nd2\tA bowline does not slip.\n")
    queries.write_text("q1\ttides\nq2\tknots\n")
    qrels.write_text("q1 0 d1 2\nq1 0 d2 0\n")
    dataset = package.create_dataset(docs_tsv=str(docs), queries_tsv=str(queries), qrels_trec=str(qrels))
    package.registry.register(name, dataset)


def test_local_files_read_through_its_own_classes(ir_datasets: Any, tmp_path: Path) -> None:
    register(ir_datasets, "sea-test", tmp_path)
    data = load_dataset("sea", entry("sea-test"))
    assert list(data.documents()) == [
        Document("d1", "", "The moon pulls the sea."),
        Document("d2", "", "A bowline does not slip."),
    ]
    assert data.queries == (Query("q1", "tides"),)
    assert data.all_queries == (Query("q1", "tides"), Query("q2", "knots"))
    assert data.qrels.to_dict() == {"q1": {"d1": 2, "d2": 0}}


class Titled(NamedTuple):
    doc_id: str
    title: str
    text: str


class Abstract(NamedTuple):
    doc_id: str
    title: str
    abstract: str


class Own(NamedTuple):
    doc_id: str
    headline: str

    def default_text(self) -> str:
        return self.headline.upper()


class Textless(NamedTuple):
    doc_id: str
    picture: bytes


def with_records(package: Any, name: str, records: list[Any]) -> None:
    """Register documents of any record type; queries and judgments are the data set sea-test's."""
    from ir_datasets.formats import BaseDocs

    class Docs(BaseDocs):
        def docs_iter(self) -> Iterator[Any]:
            yield from records

        def docs_cls(self) -> type:
            return type(records[0])

    package.registry.register(name, package.Dataset(Docs()))


def test_titles_and_texts_are_mapped_by_field(ir_datasets: Any, tmp_path: Path) -> None:
    register(ir_datasets, "sea-test", tmp_path)
    records = [Titled("d1", "Tides", "moon"), Abstract("d2", "Knots", "bowline"), Own("d3", "lighthouse")]
    with_records(ir_datasets, "sea-records", records)
    data = load_dataset("sea", entry("sea-test", docs="sea-records"))
    assert list(data.documents()) == [
        Document("d1", "Tides", "moon"),
        Document("d2", "Knots", "bowline"),
        Document("d3", "", "LIGHTHOUSE"),
    ]


def test_records_without_text_are_refused(ir_datasets: Any, tmp_path: Path) -> None:
    register(ir_datasets, "sea-test", tmp_path)
    with_records(ir_datasets, "sea-pictures", [Textless("d1", b"")])
    data = load_dataset("sea", entry("sea-test", docs="sea-pictures"))
    with pytest.raises(DatasetError, match="picture"):
        list(data.documents())


def test_contradicting_judgments_are_refused(ir_datasets: Any, tmp_path: Path) -> None:
    register(ir_datasets, "sea-test", tmp_path)
    with (tmp_path / "qrels.txt").open("a") as stream:
        stream.write("q1 0 d1 1\n")
    with pytest.raises(DatasetError, match="d1 has grades 2 and 1"):
        load_dataset("sea", entry("sea-test"))


def test_an_unknown_id_and_one_without_documents_are_told(ir_datasets: Any) -> None:
    with pytest.raises(DatasetError, match="sea-absent"):
        load_dataset("sea", entry("sea-absent"))
    with pytest.raises(DatasetError, match="no qrels"):
        load_dataset("sea", entry("msmarco-passage"))


def test_what_cannot_be_fetched_says_url_place_and_command(ir_datasets: Any, data_home: Path) -> None:
    from ir_datasets.formats import TrecQrels, TsvQueries
    from ir_datasets.util.download import Download, RequestsDownload

    address = "http://127.0.0.1:9/qrels.txt"  # the discard port: nobody listens
    qrels = TrecQrels(Download([RequestsDownload(address, tries=1)]), {1: "relevant"})
    queries = TsvQueries(Download([RequestsDownload(address, tries=1)]))
    ir_datasets.registry.register("sea-away", ir_datasets.Dataset(queries, qrels))
    with pytest.raises(UnavailableError) as caught:
        load_dataset("sea", entry("sea-away"))
    text = str(caught.value)
    assert address in text
    assert str(data_home / "sea") in text
    assert "harness datasets audit sea" in text


def test_every_mirror_that_failed_is_named(ir_datasets: Any) -> None:
    from ir_datasets.formats import TrecQrels
    from ir_datasets.util.download import Download, RequestsDownload

    addresses = ["http://127.0.0.1:9/one.txt", "http://127.0.0.1:9/two.txt"]
    mirrors = [RequestsDownload(address, tries=1) for address in addresses]
    qrels = TrecQrels(Download(mirrors), {1: "relevant"})
    ir_datasets.registry.register("sea-mirrors", ir_datasets.Dataset(qrels))
    with pytest.raises(UnavailableError) as caught:
        load_dataset("sea", entry("sea-mirrors"))
    assert all(address in str(caught.value) for address in addresses)


def test_every_id_of_the_catalogue_is_known_with_its_counts(ir_datasets: Any) -> None:
    for name, spec in load_catalogue().items():
        if spec.source is None or spec.source.kind != "ir_datasets":
            continue
        dataset = ir_datasets.load(spec.source.id)
        metadata = dataset.metadata()
        assert spec.counts is not None
        assert metadata["docs"]["count"] == spec.counts.documents, name
        assert metadata["queries"]["count"] == spec.counts.queries, name
        assert metadata["qrels"]["count"] == spec.counts.judgments, name
        grades = metadata["qrels"]["fields"]["relevance"]["counts_by_value"]
        assert {int(grade): count for grade, count in grades.items()} == spec.counts.grades, name


@pytest.mark.skipif(PRESENT, reason="ir_datasets is installed")
def test_without_ir_datasets_the_pip_line_is_given(data_home: Path) -> None:
    with pytest.raises(MissingExtraError, match=r"retrieval-harness\[data\]"):
        load_dataset("trec-dl19")
