"""Rebuilding the board from the record alone."""

from __future__ import annotations

import gzip
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from harness.demonstration import baselines_folder
from harness.errors import CommandError, StoreError
from harness.leaderboard.board import read_board
from harness.leaderboard.rebuild import rebuild
from harness.retrievers.execute import run
from tests.conftest import ROOT

SYSTEMS = ("bm25", "overlap")


@pytest.fixture(scope="session")
def made_record(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two baselines run on the demo collection."""
    folder = tmp_path_factory.mktemp("record")
    for system in SYSTEMS:
        run(baselines_folder() / f"{system}.yaml", "demo", folder / "demo" / system)
    return folder


@pytest.fixture
def record(made_record: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made_record, tmp_path / "record"))


@pytest.fixture
def store(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'board.sqlite'}"


def test_two_rebuilds_give_the_same_digest(record: Path, tmp_path: Path) -> None:
    boards = [rebuild(record, f"sqlite:///{tmp_path / name}.sqlite") for name in ("a", "b")]
    assert boards[0].digest == boards[1].digest
    assert [row.system for row in boards[0].rows] == list(SYSTEMS)


def test_a_rebuild_over_a_full_store_gives_the_same_digest(record: Path, store: str) -> None:
    assert rebuild(record, store).digest == rebuild(record, store).digest


def test_rows_carry_what_a_reader_needs(record: Path, store: str) -> None:
    row = rebuild(record, store).rows[0]
    assert row.measures["nDCG@10"] > 0.3
    assert 0 < row.answered <= row.judged_queries
    assert row.engine.startswith("harness ")
    assert row.flags["score_precision"] == "double"
    assert row.path == "demo/bm25/run.trec.gz"
    assert len(row.sha256) == 64


def test_ties_are_bounded_from_both_sides(record: Path, store: str) -> None:
    row = next(row for row in rebuild(record, store).rows if row.system == "overlap")
    lowest, expected, highest = row.tie_ranges["nDCG@10"]
    assert lowest < expected < highest, "coordination level ties most documents"
    assert lowest <= row.measures["nDCG@10"] <= highest


def test_a_card_cannot_bring_judgments_of_its_own(
    record: Path, store: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(ROOT / "harness" / "datasets" / "demo", record / "easy")
    card = record / "demo" / "bm25" / "card.yaml"
    whole = card.read_text()
    monkeypatch.chdir(record)
    for name, says in (("easy", "There is no data set 'easy'"), ("./easy", "no slash")):
        card.write_text(whole.replace("dataset: demo", f"dataset: {name}"))
        with pytest.raises(StoreError, match=says) as caught:
            rebuild(record, store)
        assert "bm25" in str(caught.value), "the record is named"


def test_other_counts_than_the_catalogue_has_are_a_warning(
    record: Path, store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalogue = tmp_path / "datasets.yaml"
    catalogue.write_text((ROOT / "datasets.yaml").read_text().replace("documents: 290", "documents: 291"))
    monkeypatch.setenv("HARNESS_CATALOGUE", str(catalogue))
    assert [row.issues["warning"] for row in rebuild(record, store).rows] == [1, 1]


def test_an_empty_record_is_an_empty_board(tmp_path: Path, store: str) -> None:
    (tmp_path / "runs").mkdir()
    assert rebuild(tmp_path / "runs", store).rows == ()


def test_a_missing_folder_is_a_command_error(tmp_path: Path, store: str) -> None:
    with pytest.raises(CommandError, match="nowhere"):
        rebuild(tmp_path / "nowhere", store)


def test_a_run_on_a_folder_says_where_its_data_have_to_be(
    record: Path, store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As ``harness run --dataset ./mine`` leaves it: a board takes data from the catalogue or one place."""
    (tmp_path / "mine").mkdir()
    monkeypatch.chdir(tmp_path)
    path = record / "demo" / "bm25" / "card.yaml"
    path.write_text(path.read_text().replace("dataset: demo", "dataset: mine"))
    with pytest.raises(StoreError, match=r"add the data set to the catalogue, or put it into \$HARNESS_DATA"):
        rebuild(record, store)


def edit_run(record: Path) -> None:
    path = record / "demo" / "bm25" / "run.trec.gz"
    lines = gzip.decompress(path.read_bytes()).splitlines(keepends=True)
    path.write_bytes(gzip.compress(b"".join(lines[:-1])))


def drop_card(record: Path) -> None:
    (record / "demo" / "bm25" / "card.yaml").unlink()


def drop_run(record: Path) -> None:
    (record / "demo" / "bm25" / "run.trec.gz").unlink()


def truncate_run(record: Path) -> None:
    path = record / "demo" / "bm25" / "run.trec.gz"
    path.write_bytes(path.read_bytes()[:-200])


def unknown_key(record: Path) -> None:
    path = record / "demo" / "bm25" / "card.yaml"
    path.write_text(path.read_text() + "nonsense: 1\n")


def unknown_dataset(record: Path) -> None:
    path = record / "demo" / "bm25" / "card.yaml"
    path.write_text(path.read_text().replace("dataset: demo", "dataset: dmeo"))


def copied(record: Path) -> None:
    shutil.copytree(record / "demo" / "bm25", record / "demo" / "copy")


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (edit_run, "is not the run that its card names"),
        (drop_card, "card.yaml is missing"),
        (drop_run, "run.trec.gz is missing"),
        (truncate_run, "run.trec.gz"),
        (unknown_key, "nonsense"),
        (unknown_dataset, "dmeo"),
        (copied, "stands in"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_one_bad_record_is_named_and_the_store_stays(
    record: Path, store: str, damage: object, says: str
) -> None:
    before = rebuild(record, store).digest
    damage(record)  # type: ignore[operator]
    with pytest.raises(StoreError, match=says):
        rebuild(record, store)
    assert read_board(store).digest == before


def test_all_bad_records_are_named_at_once(record: Path, store: str) -> None:
    drop_card(record)
    path = record / "demo" / "overlap" / "run.trec.gz"
    path.write_bytes(b"1 Q0 a 1 high t\n")
    with pytest.raises(StoreError) as caught:
        rebuild(record, store)
    assert "bm25" in str(caught.value)
    assert "run.trec.gz:1" in str(caught.value)


def test_a_changed_collection_is_a_warning_on_the_row(record: Path, store: str) -> None:
    path = record / "demo" / "bm25" / "card.yaml"
    lines = path.read_text().splitlines(keepends=True)
    changed = [
        "  judgments: " + "x" * 30 + "\n" if line.startswith("  judgments:") else line for line in lines
    ]
    assert changed != lines
    path.write_text("".join(changed))
    row = next(row for row in rebuild(record, store).rows if row.system == "bm25")
    assert row.issues["warning"] == 1


def test_other_judgments_score_the_same_runs(
    record: Path, store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "data" / "strict"
    shutil.copytree(ROOT / "harness" / "datasets" / "demo", folder)
    qrels = folder / "qrels" / "test.tsv"
    lines = qrels.read_text().splitlines()
    qrels.write_text("\n".join(line[:-1] + "0" if line[-1] in "12" else line for line in lines) + "\n")
    entry = f"""
  strict:
    title: Strict
    description: Only the best grade counts.
    task: t
    domain: d
    languages: [en]
    licence: CC0-1.0
    citation: none
    homepage: https://example.org
    runs_from: demo
    source: {{kind: folder, path: {folder}, where: here}}
    measures: [nDCG@10]
    counts: {{documents: null, queries: null, judged_queries: null, judgments: null, grades: null}}
    counts_note: a test
"""
    catalogue = tmp_path / "datasets.yaml"
    catalogue.write_text((ROOT / "datasets.yaml").read_text() + entry)
    monkeypatch.setenv("HARNESS_CATALOGUE", str(catalogue))
    board = rebuild(record, store)
    rows = {(row.dataset, row.system): row for row in board.rows}
    assert set(rows) == {(name, system) for name in ("demo", "strict") for system in SYSTEMS}
    assert rows["strict", "bm25"].sha256 == rows["demo", "bm25"].sha256
    assert rows["strict", "bm25"].measures["nDCG@10"] != rows["demo", "bm25"].measures["nDCG@10"]
    assert not rows["strict", "bm25"].issues.get("warning")


def test_killed_in_the_middle_a_rebuild_leaves_the_old_board(record: Path, store: str) -> None:
    before = rebuild(record, store).digest
    shutil.rmtree(record / "demo" / "overlap")
    after = rebuild(record, store.replace("board", "other")).digest
    assert before != after
    script = f"import harness; print('go', flush=True); harness.rebuild({str(record)!r}, {store!r})"
    seen = set()
    for delay in (0.0, 0.2, 0.4, 0.6, 0.8, 1.2):
        process = subprocess.Popen(
            [sys.executable, "-c", script], stdout=subprocess.PIPE, env=os.environ.copy()
        )
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(delay)
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        seen.add(read_board(store).digest)
    assert seen <= {before, after}
    assert before in seen, "no kill came before the commit; the test proves nothing"
