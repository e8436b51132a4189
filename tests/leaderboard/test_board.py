"""The board as a value: order, macro averages, digest."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from harness.errors import StoreError, UnknownNameError
from harness.leaderboard.board import read_board
from harness.records import Evaluation, Issue
from harness.store.engine import connect
from harness.store.writing import DatasetEntry, RunEntry, replace_board

MEASURES = ("nDCG@10", "AP")


def dataset(name: str, queries: list[str], parts: list[str] | None = None) -> DatasetEntry:
    return DatasetEntry(
        name=name,
        title=name.title(),
        headline="nDCG@10",
        judgments=f"judgments of {name}",
        queries=queries,
        texts=[f"text of {query}" for query in queries],
        spec={"title": name.title(), "parts": parts},
    )


def run(on: str, system: str, values: list[list[float]], queries: list[str]) -> RunEntry:
    evaluation = Evaluation(
        measures=MEASURES,
        queries=tuple(queries),
        values=np.array(values),
        answered=np.array([True] * len(queries)),
        engine="harness",
        engine_version="1",
        flags={"score_precision": "double"},
    )
    return RunEntry(
        dataset=on,
        system=system,
        family="lexical",
        description="a system",
        created="2026-01-01T00:00:00Z",
        sha256=(system + on).encode().hex().ljust(64, "0")[:64],
        path=f"{on}/{system}/run.trec.gz",
        depth=1000,
        rows=10,
        tied_share=0.25,
        evaluation=evaluation,
        issues=[Issue("warning", "mixed-tags", "two tags", 3, None)],
        card={"system": system},
    )


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'board.sqlite'}"


def fill(url: str, entries: list[DatasetEntry | RunEntry]) -> None:
    replace_board(connect(url, create=True), entries)


def two_parts() -> list[DatasetEntry | RunEntry]:
    return [
        dataset("forum-a", ["1", "2"]),
        run("forum-a", "bm25", [[1.0, 0.0], [0.5, 0.5]], ["1", "2"]),
        run("forum-a", "dense", [[0.5, 1.0], [1.0, 1.0]], ["1", "2"]),
        dataset("forum-b", ["9"]),
        run("forum-b", "bm25", [[0.2], [0.1]], ["9"]),
        dataset("forums", [], parts=["forum-a", "forum-b"]),
    ]


def test_rows_are_sorted_by_the_headline(url: str) -> None:
    fill(url, two_parts())
    board = read_board(url, dataset="forum-a")
    assert [(row.system, row.measures["nDCG@10"]) for row in board.rows] == [("dense", 0.75), ("bm25", 0.5)]


def test_a_chosen_measure_sorts_and_is_shown_alone(url: str) -> None:
    fill(url, two_parts())
    board = read_board(url, dataset="forum-a", measures=["AP"])
    assert [dict(row.measures) for row in board.rows] == [{"AP": 1.0}, {"AP": 0.5}]


def test_a_macro_average_weighs_parts_alike_and_needs_all_of_them(url: str) -> None:
    fill(url, two_parts())
    board = read_board(url, dataset="forums")
    (row,) = board.rows
    # worked by hand: forum-a has mean 0.5 over two queries, forum-b 0.2 over one; (0.5 + 0.2) / 2
    assert row.system == "bm25"
    assert row.measures["nDCG@10"] == pytest.approx(0.35, abs=1e-15)
    assert row.parts == ("forum-a", "forum-b")
    assert (row.answered, row.judged_queries) == (3, 3)
    assert board.incomplete == (("forums", "dense", ("forum-b",)),)


def test_a_macro_average_may_have_macro_averages_as_parts(url: str) -> None:
    entries = [*two_parts(), dataset("c", ["5"]), run("c", "bm25", [[0.9], [0.9]], ["5"])]
    fill(url, [*entries, dataset("all", [], parts=["forums", "c"])])
    (row,) = read_board(url, dataset="all").rows
    # worked by hand: forums is 0.35 for bm25; (0.35 + 0.9) / 2
    assert row.measures["nDCG@10"] == pytest.approx(0.625, abs=1e-15)


def test_the_digest_is_of_the_whole_board_whatever_is_shown(url: str) -> None:
    fill(url, two_parts())
    assert read_board(url, dataset="forum-b").digest == read_board(url).digest


def test_the_digest_does_not_depend_on_the_order_of_entries(tmp_path: Path) -> None:
    entries = two_parts()
    digests = []
    for name, order in (
        ("a", entries),
        ("b", [entries[3], entries[4], entries[0], entries[2], entries[1], entries[5]]),
    ):
        url = f"sqlite:///{tmp_path / name}.sqlite"
        fill(url, order)
        digests.append(read_board(url).digest)
    assert digests[0] == digests[1]


def test_the_digest_sees_a_change_of_one_query_that_keeps_the_mean(tmp_path: Path) -> None:
    digests = []
    for name, values in (("a", [[1.0, 0.0], [0.5, 0.5]]), ("b", [[0.0, 1.0], [0.5, 0.5]])):
        url = f"sqlite:///{tmp_path / name}.sqlite"
        fill(url, [dataset("d", ["1", "2"]), run("d", "bm25", values, ["1", "2"])])
        digests.append(read_board(url).digest)
    assert digests[0] != digests[1]


def test_an_empty_board_is_a_board(url: str) -> None:
    fill(url, [])
    board = read_board(url)
    assert board.rows == ()
    assert len(board.digest) == 64


def test_issues_are_counted_by_severity(url: str) -> None:
    fill(url, two_parts())
    assert read_board(url, dataset="forum-b").rows[0].issues == {"warning": 1}


def test_unknown_names_are_named_with_the_nearest(url: str) -> None:
    fill(url, two_parts())
    with pytest.raises(UnknownNameError, match="forum-a"):
        read_board(url, dataset="forum-aa")
    with pytest.raises(UnknownNameError, match="nDCG@10"):
        read_board(url, dataset="forum-a", measures=["nDCG@1"])


def test_a_missing_store_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="harness rebuild"):
        read_board(f"sqlite:///{tmp_path / 'none.sqlite'}")
