"""fast-plaid in its own interpreter against exact MaxSim, with token vectors of MiniLM."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from harness.datasets.dataset import Dataset, load_dataset
from harness.errors import UnavailableError
from harness.evaluation.evaluate import evaluate
from harness.rankings import Run
from harness.records import Document, Qrels, Query
from harness.retrievers.base import Approximate
from harness.retrievers.late_interaction.index import TokenIndex
from harness.retrievers.late_interaction.retriever import MaxSim
from harness.retrievers.plaid.engine import Plaid, PlaidSearcher

DEMO = load_dataset("demo")
SOME = DEMO.queries[:20]
WIDE = {"centroid_score_threshold": -1.0, "ndocs": 1_000_000, "ncells": 100_000}
"""Every document is found, and ranked by its vectors."""


@pytest.fixture(scope="module")
def index(interpreter: str) -> TokenIndex:
    return MaxSim(engine=Plaid()).index(DEMO.documents())


def searched_with(index: TokenIndex, **parameters: Any) -> TokenIndex:
    """The same files, searched otherwise."""
    searcher = index.searcher
    assert isinstance(searcher, PlaidSearcher)
    return replace(index, searcher=replace(searcher, parameters=Plaid(**parameters)))


def told(capsys: pytest.CaptureFixture[str], line: str) -> None:
    """Show a figure, although the test passes."""
    with capsys.disabled():
        print(f"\n{line}")


def report(
    capsys: pytest.CaptureFixture[str], name: str, data: Dataset, index: TokenIndex, depth: int
) -> dict[str, float]:
    """Accuracy against the exact search at a depth, with nDCG@10 of both; shown and given back."""
    figures = dict(index.accuracy(data.queries, depth))
    for engine, each in (("exact", replace(index, searcher=None)), ("plaid", index)):
        run = each.search(data.queries, depth, tag=engine)
        figures[f"nDCG@10 {engine}"] = round(evaluate(run, data.qrels, ["nDCG@10"]).means()["nDCG@10"], 4)
    told(capsys, f"{name} at depth {depth}: " + ", ".join(f"{k} {v}" for k, v in figures.items()))
    return figures


def test_it_finds_what_exact_maxsim_finds(index: TokenIndex, capsys: pytest.CaptureFixture[str]) -> None:
    assert isinstance(index, Approximate)
    figures = {depth: report(capsys, "demo", DEMO, index, depth) for depth in (10, 100)}
    assert figures[100]["accuracy_at_10"] > 0.8
    told_in_card = {name: index.facts[name] for name in ("ncells", "centroid_score_threshold", "ndocs")}
    assert told_in_card == {"ncells": 2, "centroid_score_threshold": 0.45, "ndocs": 1024}
    assert index.facts["centroids"] == 2048, "2^floor(log2(16 sqrt(23,017 tokens)))"
    assert figures[100]["nDCG@10 plaid"] == pytest.approx(figures[100]["nDCG@10 exact"], abs=0.02)


def test_with_all_its_effort_only_the_compression_is_left(index: TokenIndex, interpreter: str) -> None:
    wide = searched_with(index, **WIDE)
    narrow = index.accuracy(SOME, 100)["accuracy_at_100"]
    two = wide.accuracy(SOME, 100)["accuracy_at_100"]
    assert narrow < two
    finer = MaxSim(engine=Plaid(nbits=8, **WIDE)).index(DEMO.documents())  # type: ignore[arg-type]
    eight = finer.accuracy(SOME, 100)["accuracy_at_100"]
    assert two < eight
    assert eight > 0.97
    assert finer.facts["index_bytes"] > 2 * index.facts["index_bytes"]
    assert 4 * index.facts["index_bytes"] < replace(index, searcher=None).facts["index_bytes"]


def test_less_effort_finds_less(index: TokenIndex) -> None:
    found = index.search(SOME, 100, tag="t")
    least = searched_with(index, ncells=1, ndocs=4).search(SOME, 100, tag="t")
    assert len(least) == len(SOME), "a quarter of four documents is ranked"
    many = {"ncells": 64, "ndocs": 40}  # more documents are found than kept
    pruned = searched_with(index, centroid_score_threshold=0.9, **many).search(SOME, 10, tag="t")
    whole = searched_with(index, centroid_score_threshold=-1.0, **many).search(SOME, 10, tag="t")
    assert pruned.to_dict() != whole.to_dict(), "the threshold decides which documents are kept"
    assert found.to_dict() != whole.to_dict()


def rows(run: Run) -> dict[str, dict[str, float]]:
    return {query: dict(ranking) for query, ranking in run.to_dict().items()}


def test_the_same_seed_gives_the_same_index(index: TokenIndex) -> None:
    again = MaxSim(engine=Plaid()).index(DEMO.documents())
    assert rows(again.search(SOME, 50, tag="t")) == rows(index.search(SOME, 50, tag="t"))
    one = index.search(SOME[:1], 50, tag="t").to_dict()
    assert one == {SOME[0].id: index.search(SOME, 50, tag="t").to_dict()[SOME[0].id]}


def test_a_saved_index_searches_alike_where_it_lies(index: TokenIndex, tmp_path: Path) -> None:
    retriever = MaxSim(engine=Plaid())
    index.save(tmp_path)
    before = sorted(path.name for path in tmp_path.rglob("*"))
    again = retriever.load(tmp_path)
    assert rows(again.search(SOME, 100, tag="t")) == rows(index.search(SOME, 100, tag="t"))
    for name in ("index_bytes", "tokens", "documents"):
        assert again.facts[name] == index.facts[name]
    assert sorted(path.name for path in tmp_path.rglob("*")) == before, "an index may be read by many"
    about = tmp_path / "engine" / "plaid.json"
    kept = about.read_text()
    about.write_text(kept.replace("2.11.0", "2.10.0"))
    with pytest.raises(ValueError, match="other versions"):
        retriever.load(tmp_path)
    about.write_text(kept)
    (tmp_path / "engine" / "index" / "metadata.json").write_text("{}")
    with pytest.raises(ValueError, match="cannot be opened"):
        retriever.load(tmp_path)


def test_small_collections_and_odd_queries(interpreter: str) -> None:
    queries = [Query("q", "map terms"), Query("blank", " "), Query("Ü", "Größe 文書")]
    text = "An inverted file maps each term to the documents that contain it."
    one = MaxSim(engine=Plaid()).index([Document("d", "", text)])
    found = one.search(queries, 5, tag="t").to_dict()
    assert {query: list(ranking) for query, ranking in found.items()} == {"q": ["d"], "Ü": ["d"]}
    exact = replace(one, searcher=None).search(queries, 5, tag="t").to_dict()
    assert found["q"] == pytest.approx(exact["q"], rel=0.1)
    blank = MaxSim(engine=Plaid()).index([Document("a", "", " ")])
    assert len(blank.search(queries, 5, tag="t")) == 0
    assert blank.facts["empty_documents"] == 1


def test_what_goes_wrong_in_the_other_process_is_said(interpreter: str) -> None:
    process = Plaid().start()
    folder = process.folder
    with pytest.raises(UnavailableError, match="ValueError: unknown request"):
        process.ask("nothing")
    with pytest.raises(UnavailableError, match=r"failed: .*absent"):
        process.ask("open", folder=str(folder / "absent" / "index"))
    del process
    assert not folder.exists(), "nothing is left behind"


@pytest.mark.slow
def test_scifact(interpreter: str, shared_data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The first 1,024 documents and the queries that they answer; all would take fast-plaid half an hour."""
    whole = load_dataset(str(shared_data / "scifact"))
    some = list(islice(whole.documents(), 1024))
    judged = whole.qrels.to_dict()
    present = {document.id for document in some}
    kept = {query: row for query, row in judged.items() if present & set(row)}
    data = replace(
        whole,
        queries=tuple(query for query in whole.queries if query.id in kept),
        qrels=Qrels.from_dict(kept),
    )
    index = MaxSim(engine=Plaid()).index(some)
    for depth in (10, 100):
        figures = report(capsys, f"SciFact, {len(kept)} queries", data, index, depth)
        assert figures["accuracy_at_10"] > 0.6
        assert figures["nDCG@10 plaid"] > figures["nDCG@10 exact"] - 0.05
    told(capsys, f"index {index.facts['index_bytes'] / 1e6:.1f} MB")
