"""Runs that real systems wrote, read as trec_eval reads them."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from harness.runfiles.reader import read_run
from harness.runfiles.validation import validate
from harness.runfiles.writer import run_sha256, write_run

# Rows and queries were counted with wc -l and cut | sort -u.
RUNS = {
    "lucene-bm25/scifact.trec.gz": (294_041, 300),
    "lucene-bm25/vaswani.trec.gz": (92_216, 93),
    "trec-dl19-pool/runs/repllama-1000.txt": (43_000, 43),
    "beir-trec-covid-runs/runs/bm25.txt": (5_000, 50),
    "cacm/runs/anserini-cacm-bm25.txt": (1_920, 64),
    "trec_eval/v9.0.8/results.test": (1_500, 3),
    "trec_eval/v10.0-rc3/results.comment.test": (30_100, 301),
}


@pytest.mark.parametrize("name", RUNS)
def test_the_run_is_read_whole(shared_data: Path, name: str) -> None:
    run = read_run(shared_data / name)
    assert (len(run), len(run.queries)) == RUNS[name]


def test_every_run_of_the_collections_is_read(shared_data: Path) -> None:
    patterns = ("lucene-bm25/*.gz", "trec-dl19-pool/runs/*.txt", "beir-trec-covid-runs/runs/*", "cacm/runs/*")
    paths = [path for pattern in patterns for path in sorted(shared_data.glob(pattern))]
    assert len(paths) == 10 + 26 + 3 + 1
    assert [path.name for path in paths if not validate(path).ok] == []


def test_every_line_of_a_run_in_odd_order_is_kept(shared_data: Path) -> None:
    path = shared_data / "trec_eval" / "v9.0.8" / "results.test"
    lines = [line.split() for line in path.read_text().splitlines()]
    expected: dict[str, dict[str, float]] = {}
    for query, _, document, _, score, _ in lines:
        expected.setdefault(query, {})[document] = float(score)
    found = validate(path)
    assert found.run is not None
    assert found.run.to_dict() == expected
    assert found.run.tag == "STANDARD"
    # The lines are in no order, but over all pairs of a topic no better score has a worse rank.
    assert {issue.code for issue in found.issues} == {"ties"}
    # trec_eval's order: score, then document id, both descending.
    for query, ranking in found.run.to_dict().items():
        order = sorted(expected[query], key=lambda d: (expected[query][d], d.encode()), reverse=True)
        assert list(ranking) == order


def test_lines_that_trec_eval_cuts_off_are_refused(shared_data: Path) -> None:
    found = validate(shared_data / "trec_eval" / "v9.0.8" / "results.trunc")  # "more junk" after the tag
    first = next(issue for issue in found.issues if issue.severity == "error")
    assert (first.code, first.line) == ("wrong-columns", 1)


def test_copying_and_shuffling_keep_the_identity(shared_data: Path, tmp_path: Path) -> None:
    source = shared_data / "trec-dl19-pool" / "runs" / "repllama-1000.txt"
    run = read_run(source)
    lines = source.read_text().splitlines(keepends=True)
    random.Random(3).shuffle(lines)
    (tmp_path / "shuffled").write_text("".join(lines))
    write_run(run, tmp_path / "copy.zst")
    assert run_sha256(run) == run_sha256(read_run(tmp_path / "shuffled"))
    assert run_sha256(run) == run_sha256(read_run(tmp_path / "copy.zst"))


def test_a_flawless_run_has_no_findings(shared_data: Path) -> None:
    # cut -d' ' -f1,5 | sort | uniq -d finds nothing either: no score stands twice in a topic.
    assert validate(shared_data / "lucene-bm25" / "cranfield.trec.gz").issues == ()
