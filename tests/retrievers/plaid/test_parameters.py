"""What can be held without fast-plaid: defaults by depth, errors, and the pruning by centroids."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest

from harness.config import check
from harness.errors import CommandError, SpecError, UnavailableError
from harness.records import Document
from harness.retrievers.late_interaction.retriever import MaxSim
from harness.retrievers.plaid.engine import Effort, Plaid
from harness.retrievers.plaid.interpreter import VARIABLE
from harness.retrievers.plaid.worker import Lists
from tests.conftest import needs_neural


def test_defaults_follow_the_depth() -> None:
    # stanford-futuredata/ColBERT, colbert/searcher.py, dense_search
    expected = {
        1: Effort(1, 0.5, 256),
        10: Effort(1, 0.5, 256),
        11: Effort(2, 0.45, 1024),
        100: Effort(2, 0.45, 1024),
        101: Effort(4, 0.4, 4096),
        1000: Effort(4, 0.4, 4096),
        2000: Effort(4, 0.4, 8000),
    }
    assert {depth: Plaid().effort(depth) for depth in expected} == expected
    assert Plaid(ncells=7, ndocs=500).effort(10) == Effort(7, 0.5, 500)
    assert Plaid(centroid_score_threshold=0.0).effort(1000).centroid_score_threshold == 0


def test_parameters_come_from_yaml() -> None:
    made = check({"engine": {"name": "plaid", "nbits": 4, "ncells": 8}}, MaxSim, where="test")
    assert made.engine == Plaid(nbits=4, ncells=8)
    with pytest.raises(SpecError, match="nbits"):
        Plaid(nbits=3)  # type: ignore[arg-type]
    with pytest.raises(SpecError, match="centroid_score_threshold"):
        Plaid(centroid_score_threshold=2.0)


def test_without_an_interpreter_the_commands_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    needs_neural()
    monkeypatch.delenv(VARIABLE, raising=False)
    with pytest.raises(UnavailableError, match=f"{VARIABLE} is not set") as caught:
        MaxSim(engine=Plaid()).index([Document("d", "", "text")])
    for command in ("python3 -m venv", "pip install torch==2.11.0 fast-plaid==1.4.6", f"export {VARIABLE}="):
        assert command in str(caught.value)


def test_an_interpreter_that_cannot_serve_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "python"))
    with pytest.raises(UnavailableError, match="is no program"):
        Plaid().start()
    with pytest.raises(UnavailableError, match=r"(?s)the package fast-plaid is not installed.*pip install"):
        Plaid(interpreter=sys.executable).start()  # of two, the parameter counts
    script = tmp_path / "python"
    script.write_text("#!/bin/sh\necho out of memory >&2\nexit 3\n")
    script.chmod(0o755)
    with pytest.raises(UnavailableError, match=r"(?s)ended with status 3: out of memory.*pip install"):
        Plaid().start()


def test_what_cannot_be_coded_is_refused() -> None:
    with pytest.raises(CommandError, match="needs 10 tokens or more, found 9"):
        Plaid().build(np.array([0, 9]), np.ones((9, 16), dtype=np.float16))
    with pytest.raises(CommandError, match="found 15 times 2"):
        Plaid().build(np.array([0, 1]), np.ones((1, 15), dtype=np.float16))


@pytest.fixture
def lists(tmp_path: Path) -> Lists:
    """Four centroids on the axes, with signs; documents are tokens that lie on them."""
    codes = {0: [0, 2], 1: [0], 2: [0, 3, 3], 3: [1, 2], 4: [3]}
    members = [[d for d, own in codes.items() if c in own] for c in range(4)]
    np.save(tmp_path / "centroids.npy", np.array([[1, 0], [-1, 0], [0, 1], [0, -1]], dtype=np.float16))
    np.save(tmp_path / "ivf.npy", np.concatenate(members).astype(np.int64))
    np.save(tmp_path / "ivf_lengths.npy", np.array([len(each) for each in members], dtype=np.int32))
    for chunk, own in enumerate(([0, 1, 2], [3, 4])):
        np.save(tmp_path / f"{chunk}.codes.npy", np.concatenate([codes[d] for d in own]))
        (tmp_path / f"doclens.{chunk}.json").write_text(json.dumps([len(codes[d]) for d in own]))
    (tmp_path / "metadata.json").write_text('{"num_chunks": 2}')
    return Lists(tmp_path)


def test_pruning_worked_by_hand(lists: Lists) -> None:
    # centroids score 0.8, -0.8, 0.6, -0.6 with the one token; its nearest two are 0 (documents 0, 1, 2) and 2
    # (0, 3), so that four are found
    query = np.array([[0.8, 0.6]], dtype=np.float32)
    assert lists.pruned(query, 2, 0.5, 4) is None, "no more than wanted"
    # maxima over centroids of 0.5 or more: 0.8 for 0, 1, 2 and 0.6 for 3; among equals the greater number
    assert lists.pruned(query, 2, 0.5, 3).tolist() == [0, 1, 2]
    assert lists.pruned(query, 2, 0.5, 2).tolist() == [1, 2]
    # with 0.7 document 3 has no centroid left, with 0.9 none has one
    assert lists.pruned(query, 2, 0.7, 3).tolist() == [0, 1, 2]
    assert lists.pruned(query, 2, 0.9, 1).tolist() == [3]


def test_pruning_sums_over_query_tokens(lists: Lists) -> None:
    # (1, 0) and (0, -1), with all lists: 0 has centroids 0, 2: 1 + 0; 1 has 0: 1 + 0; 2 has 0, 3: 1 + 1;
    # 3 has 1, 2, of which only 2 scores 0 or more (0 with the first token): 0 - 1; 4 has 3: 0 + 1
    query = np.array([[1, 0], [0, -1]], dtype=np.float32)
    assert lists.pruned(query, 4, 0.0, 1).tolist() == [2]
    assert lists.pruned(query, 4, 0.0, 4).tolist() == [0, 1, 2, 4]
    # of 0.5 or more are centroids 0 and 3: document 3 has neither and comes last
    assert lists.pruned(query, 4, 0.5, 4).tolist() == [0, 1, 2, 4]
