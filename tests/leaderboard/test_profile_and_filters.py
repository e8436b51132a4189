"""What a card says, what stands beside a score, and which lines pass a filter."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from harness.leaderboard.facts import Facts, facts_of
from harness.leaderboard.filters import Filter
from harness.leaderboard.overview import Line, overview
from harness.leaderboard.profile import profile_of
from tests.leaderboard.made_rows import row

FUSED: dict[str, Any] = {
    "dataset": "demo",
    "licence": "MIT",
    "training_data": {"msmarco": "declared", "demo": "none"},
    "pipeline": [
        {
            "stage": "fuse",
            "name": "rrf",
            "branches": [
                [{"stage": "retrieve", "name": "bm25"}],
                [{"stage": "retrieve", "name": "dense"}, {"stage": "rerank", "name": "x", "depth": 20}],
            ],
        },
        {"stage": "rerank", "name": "cross-encoder", "depth": 50, "facts": {"calls": 100, "cost": 0.5}},
        {"stage": "rerank", "name": "llm", "depth": 10, "facts": {"calls": 20, "prompt_tokens": 7}},
    ],
    "index": {"index_bytes": 2_000_000},
}


def listed(**others: object) -> tuple[Line, Facts]:
    rows = [row("demo", "fused", {"M": 0.5, "Judged@10": 0.75}, **others)]
    line = overview(rows, ["demo"], "M", lambda _, systems: np.array([[0.4, 0.6]])).lines[0]
    return line, facts_of(line, {("demo", "fused"): profile_of(FUSED)})


def test_a_fusion_has_the_first_stages_of_its_branches() -> None:
    found = profile_of(FUSED)
    assert found.first_stage == "bm25 + dense"
    assert found.rerankers == ("cross-encoder", "llm")
    assert found.rerank_depth == 50
    assert found.training == "none"
    assert found.trained_on == ("msmarco",)
    assert (found.costs.calls, found.costs.tokens, found.costs.cost) == (120, 7, 0.5)


def test_an_empty_card_says_nothing_and_breaks_nothing() -> None:
    found = profile_of({})
    assert (found.first_stage, found.rerank_depth, found.training) == ("", None, "unknown")


def test_facts_count_what_was_reproduced() -> None:
    told = {"time": "2026-03-01T00:00:00Z", "verdict": "reproduced", "machine_class": "x"}
    assert listed(reproduced=told)[1].reproduced == 1
    assert listed(reproduced=told)[1].reproduced_last == "2026-03-01"
    assert listed(reproduced=told | {"verdict": "different"})[1].reproduced == 0
    assert listed()[1].judged == 0.75


@pytest.mark.parametrize(
    ("wanted", "kept"),
    [
        (Filter(), True),
        (Filter(words="FUSED bm25"), True),
        (Filter(words="absent"), False),
        (Filter(families=["dense"]), False),
        (Filter(licences=["MIT"]), True),
        (Filter(licences=["not stated"]), False),
        (Filter(training=["none"]), True),
        (Filter(training=["declared"]), False),
        (Filter(reproduced=True), False),
        (Filter(complete=True), True),
        (Filter(since="2026-01-31"), True),
        (Filter(since="2026-02-01"), False),
        (Filter(index_bytes=2e6), True),
        (Filter(index_bytes=1e6), False),
    ],
)
def test_a_filter_keeps_what_it_says(wanted: Filter, kept: bool) -> None:
    assert wanted.keeps(*listed()) is kept
