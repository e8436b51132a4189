"""Bringing a store after the ledger gives what a rebuild gives, with macro averages and other judgments."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from harness.errors import CommandError, StoreError
from harness.leaderboard.board import read_board
from harness.leaderboard.grounds import Grounds
from harness.leaderboard.publishing import catch_up
from harness.leaderboard.rebuild import rebuild
from harness.submissions.admission import admit
from harness.submissions.decisions import withdraw
from harness.submissions.upload import Upload
from tests.submissions.making import make_data, write_pair

ENTRY = """
  {name}:
    title: {name}
    description: made up
    task: t
    domain: d
    languages: [en]
    licence: CC0-1.0
    citation: none
    homepage: https://example.org
    measures: [nDCG@10, AP]
"""
SOURCE = """    source: {{kind: folder, path: {folder}, where: here}}
    counts: {{documents: null, queries: null, judged_queries: null, judgments: null, grades: null}}
    counts_note: a test
"""


@pytest.fixture
def record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A catalogue with two collections, their mean, and other judgments of the first."""
    for name in ("one", "two", "strict"):
        make_data(tmp_path / "data", name)
    qrels = tmp_path / "data" / "strict" / "qrels" / "test.tsv"
    qrels.write_text(qrels.read_text().replace("\t1\n", "\t0\n"))
    text = "datasets:"
    for name in ("one", "two", "strict"):
        text += ENTRY.format(name=name) + SOURCE.format(folder=tmp_path / "data" / name)
    text += "    runs_from: one\n" + ENTRY.format(name="both") + "    parts: [one, two]\n"
    (tmp_path / "datasets.yaml").write_text(text)
    monkeypatch.setenv("HARNESS_CATALOGUE", str(tmp_path / "datasets.yaml"))
    (tmp_path / "record").mkdir()
    return tmp_path / "record"


def test_macro_averages_and_other_judgments_follow_each_submission(record: Path, tmp_path: Path) -> None:
    store, grounds = f"sqlite:///{tmp_path / 'board.sqlite'}", Grounds()
    steps = [(1, "one", "a"), (2, "two", "a"), (3, "one", "b"), (4, "strict", "b"), (5, "one", "a")]
    seen = []
    for seed, dataset, system in steps:
        run, card = write_pair(tmp_path / "up", seed, system, dataset=dataset)
        upload = Upload(path=run, card=card)
        receipt = admit(upload, record=record, store=store, actor="ada", grounds=grounds)
        assert receipt.outcome == "published", [str(item) for item in receipt.every_finding()]
        board = read_board(store)
        again = rebuild(record, f"sqlite:///{tmp_path / 'again.sqlite'}", grounds=grounds)
        assert (board.digest, board.rows) == (again.digest, again.rows)
        assert read_board(store, dataset="both").rows == tuple(r for r in board.rows if r.dataset == "both")
        seen.append(sorted({(row.dataset, row.system) for row in board.rows} - {(dataset, system)}))
    assert ("both", "a") in seen[-1] and ("strict", "a") in seen[-1]
    rows = {(row.dataset, row.system): row for row in read_board(store).rows}
    assert rows["strict", "a"].sha256 == rows["one", "a"].sha256, "scored by other judgments"
    assert rows["strict", "b"].sha256 != rows["one", "b"].sha256, "its own run comes first"
    mean = (rows["one", "a"].measures["AP"] + rows["two", "a"].measures["AP"]) / 2
    assert rows["both", "a"].measures["AP"] == pytest.approx(mean, abs=1e-15)
    withdraw(record, "one", "a", actor="c", reason="r", store=store, grounds=grounds)
    board = read_board(store)
    again = rebuild(record, f"sqlite:///{tmp_path / 'again.sqlite'}", grounds=grounds)
    assert (board.digest, board.rows, board.incomplete) == (again.digest, again.rows, again.incomplete)
    versions = {(row.dataset, row.system): row.version for row in board.rows}
    assert versions["one", "a"] == versions["strict", "a"] == 1, "the version before it is shown again"
    older = next(row.sha256 for row in board.rows if (row.dataset, row.system) == ("one", "a"))
    withdraw(record, "one", "a", actor="c", reason="r", run=older, store=store, grounds=grounds)
    board = read_board(store)
    left = {(row.dataset, row.system) for row in board.rows}
    assert left == {("one", "b"), ("strict", "b"), ("two", "a")}, "no score of it is left in any mean"


def test_nothing_new_is_nothing_to_do(record: Path, tmp_path: Path) -> None:
    store = f"sqlite:///{tmp_path / 'board.sqlite'}"
    assert catch_up(record, store) == 0, "an absent store is made"
    before = read_board(store).digest
    assert catch_up(record, store) == 0
    assert read_board(store).digest == before
    with pytest.raises(CommandError, match="no folder"):
        catch_up(record / "none", store)


def test_a_store_from_before_a_column_is_made_again(record: Path, tmp_path: Path) -> None:
    store = f"sqlite:///{tmp_path / 'board.sqlite'}"
    run, card = write_pair(tmp_path / "up", 1, "a", dataset="one")
    admit(Upload(path=run, card=card), record=record, store=store, actor="ada", grounds=Grounds())
    before = read_board(store)
    with closing(sqlite3.connect(tmp_path / "board.sqlite")) as database:
        database.execute("ALTER TABLE run DROP COLUMN submitter")
        database.commit()
    with pytest.raises(StoreError, match=r"another version of the harness: it lacks run\.submitter"):
        read_board(store)
    catch_up(record, store)
    assert read_board(store).rows == before.rows
