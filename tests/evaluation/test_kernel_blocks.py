"""The kernel over files cut into blocks: small blocks, compressed files, long queries, many judgments."""

from __future__ import annotations

import gzip
import random
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import zstandard

from harness.evaluation.hits import Hits
from harness.evaluation.judgments import Judgments
from harness.evaluation.kernel import native, scoring
from harness.evaluation.matching import hits_of_run
from harness.rankings import Run
from harness.records import Qrels
from harness.runfiles.limits import Limits

COLUMNS = ("returned", "starts", "ranks", "grades", "tie_starts", "tie_sizes", "tied_pairs")


def same(got: Hits | None, want: Hits) -> bool:
    assert got is not None, "the kernel refused the file"
    return all(np.array_equal(getattr(got, name), getattr(want, name)) for name in COLUMNS)


def made(
    seed: int, queries: int, depth: int, distinct: int
) -> tuple[dict[str, dict[str, int]], dict[str, dict[str, float]]]:
    """Judgments and a run with about ``distinct`` different scores; ids of many lengths, some not ASCII."""
    chance = random.Random(seed)
    names = [chance.choice(["d", "doc-", "a-long-identifier-", "é", ""]) + str(i) for i in range(2 * depth)]
    run = {
        f"q{i}": {d: round(chance.random() * distinct) / 8 for d in chance.sample(names, depth)}
        for i in chance.sample(range(1000), queries)
    }
    judged = {
        query: {d: chance.randint(-1, 3) for d in chance.sample(names, chance.randint(1, depth))}
        for query in [*list(run)[: queries - 1], "absent"]
    }
    return judged, run


def text_of(run: dict[str, dict[str, float]], descending: bool) -> bytes:
    lines = []
    for query, scores in run.items():
        rows = sorted(scores.items(), key=lambda item: -item[1]) if descending else scores.items()
        lines += [f"{query} Q0 {doc} {rank} {score} tag\n" for rank, (doc, score) in enumerate(rows, 1)]
    return "".join(lines).encode()


@pytest.fixture
def blocks(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Start with no workspace, so that BLOCK_BYTES counts."""
    monkeypatch.setattr(scoring, "_workspaces", threading.local())
    return monkeypatch


@pytest.mark.parametrize("descending", [True, False], ids=["sorted", "unsorted"])
@pytest.mark.parametrize("distinct", [1, 5, 10**6], ids=["all tied", "ties", "no ties"])
@pytest.mark.parametrize("block", [100, 1000, 4096, 2**20])
def test_any_block_size_gives_the_same(
    block: int, distinct: int, descending: bool, tmp_path: Path, blocks: pytest.MonkeyPatch
) -> None:
    blocks.setattr(scoring, "BLOCK_BYTES", block)
    judged, run = made(block + distinct, 12, 150, distinct)
    judgments = Judgments.of(Qrels.from_dict(judged))
    want = {p: hits_of_run(Run.from_dict(run, "t"), judgments, p) for p in ("double", "single")}
    text = text_of(run, descending)
    for name, data in (
        ("plain", text),
        ("gzip", gzip.compress(text)),
        ("zstd", zstandard.compress(text)),
        ("no final newline", text[:-1]),
        ("two gzip members", gzip.compress(text[:1000]) + gzip.compress(text[1000:])),
    ):
        path = tmp_path / name
        path.write_bytes(data)
        for precision, hits in want.items():
            assert same(scoring.hits_of_file(path, judgments, precision, Limits()), hits), name


def test_a_workspace_is_used_again_by_larger_judgments_and_after_a_refusal(
    tmp_path: Path, blocks: pytest.MonkeyPatch
) -> None:
    for size in (5, 3000, 40):
        judged, run = made(size, 3, size, 4)
        judgments = Judgments.of(Qrels.from_dict(judged))
        (tmp_path / "run").write_bytes(text_of(run, True))
        (tmp_path / "bad").write_bytes(text_of(run, True) + text_of(run, True))
        assert scoring.hits_of_file(tmp_path / "bad", judgments, "double", Limits()) is None
        want = hits_of_run(Run.from_dict(run, "t"), judgments, "double")
        assert same(scoring.hits_of_file(tmp_path / "run", judgments, "double", Limits()), want)


@pytest.mark.parametrize("pack", [bytes, gzip.compress, zstandard.compress], ids=["plain", "gzip", "zstd"])
def test_a_file_of_many_blocks_is_read_to_its_end(pack: Callable[[bytes], bytes], tmp_path: Path) -> None:
    """Compressed it is smaller than one block, and it unpacks to several."""
    queries = [f"q{i:03}" for i in range(100)]
    run = {query: {f"document-{j:05}": 1000.0 - j for j in range(1000)} for query in queries}
    judgments = Judgments.of(Qrels.from_dict({query: {"document-00999": 1} for query in queries}))
    path = tmp_path / "run"
    path.write_bytes(pack(text_of(run, True)))
    hits = scoring.hits_of_file(path, judgments, "double", Limits())
    assert hits is not None
    assert hits.ranks.tolist() == [1000] * 100
    assert hits.returned.tolist() == [1000] * 100


def test_blocks_do_not_grow_without_end(tmp_path: Path, blocks: pytest.MonkeyPatch) -> None:
    blocks.setattr(scoring, "BLOCK_BYTES", 1000)
    blocks.setattr(scoring, "LARGEST_BLOCK", 4000)
    judgments = Judgments.of(Qrels.from_dict({"q": {"d": 1}}))
    path = tmp_path / "run"
    path.write_bytes(b"x" * 100_000)
    assert scoring.hits_of_file(path, judgments, "double", Limits()) is None
    for rows, taken in ((100, True), (1000, False)):
        path.write_text("".join(f"q Q0 d{i} 1 1 t\n" for i in range(rows)))
        assert (scoring.hits_of_file(path, judgments, "double", Limits()) is not None) == taken


def test_threads_do_not_share_memory(tmp_path: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    judged, run = made(3, 10, 300, 40)
    judgments = Judgments.of(Qrels.from_dict(judged))
    (tmp_path / "run").write_bytes(text_of(run, False))
    want = hits_of_run(Run.from_dict(run, "t"), judgments, "double")
    with ThreadPoolExecutor(4) as pool:
        results = pool.map(
            lambda _: scoring.hits_of_file(tmp_path / "run", judgments, "double", Limits()), range(40)
        )
        assert all(same(hits, want) for hits in results)


def test_a_damaged_cache_is_compiled_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HARNESS_CACHE", str(tmp_path))
    native._cached_object.cache_clear()
    native.kernel.cache_clear()
    try:
        assert not native.is_built()
        path = native._cached_object()
        path.write_bytes(b"not a kernel")
        native.kernel()
        assert path.stat().st_size > 1000
        native.kernel.cache_clear()
        native.kernel()
    finally:
        monkeypatch.undo()
        native._cached_object.cache_clear()
        native.kernel.cache_clear()
