"""Graph, rankings side by side, forest plot, changes, published figures: values behind the pages."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from harness.leaderboard.against import Claim, beside
from harness.leaderboard.benchmarks import ALL, BENCHMARKS, OWN, offered, usual
from harness.leaderboard.changes import changes
from harness.leaderboard.contrast import contrast
from harness.leaderboard.graph import pipeline_dot
from harness.leaderboard.sidebyside import side_by_side
from harness.records import Floats
from tests.leaderboard.made_rows import row
from tests.leaderboard.test_profile_and_filters import FUSED


def test_named_lists_have_as_many_data_sets_as_their_name_says() -> None:
    for name, benchmark in BENCHMARKS.items():
        if name.startswith("beir-"):
            assert len(benchmark.datasets) == int(name.removeprefix("beir-"))
        assert len(set(benchmark.datasets)) == len(benchmark.datasets)


def test_named_lists_are_in_the_catalogue() -> None:
    from harness.datasets.catalogue import load_catalogue

    named = {dataset for benchmark in BENCHMARKS.values() for dataset in benchmark.datasets}
    assert named <= load_catalogue().keys()


def test_lists_are_offered_that_have_a_run_and_a_complete_one_comes_first() -> None:
    present = {"scifact": {"bm25"}, "demo": {"bm25"}, "part": {"bm25"}}
    lists = offered(present, parts={"part"})
    assert list(lists) == ["beir-18", "beir-15", "beir-14", "beir-13", "beir-11", "demo", ALL, OWN]
    assert lists[ALL].datasets == ("scifact", "demo")
    assert usual(lists, present) == "demo"


def test_side_by_side_tells_moves_grades_and_what_nobody_judged() -> None:
    first, second = side_by_side(["a", "b", "c"], ["c", "a", "d"], {"a": 2, "b": -1, "c": 0}, top=2)
    assert [(p.document, p.grade, p.other, p.move) for p in first] == [
        ("a", 2, 2, 1),
        ("b", None, None, None),
    ]
    assert [(p.document, p.grade, p.other, p.move) for p in second] == [("c", 0, 3, 2), ("a", 2, 1, -1)]


def test_a_graph_shows_branches_and_escapes_names() -> None:
    dot = pipeline_dot(FUSED)
    assert dot.count("query ->") == 2
    assert dot.count("ranking;") == 1
    assert "rerank: cross-encoder" in dot
    assert pipeline_dot({}) == ""
    hostile = pipeline_dot({"pipeline": [{"stage": "retrieve", "name": 'x"]; evil [label="'}]})
    assert 'x\\"]; evil [label=\\"' in hostile


def vectors(dataset: str, systems: Sequence[str]) -> Floats:
    known = {"varied": [[0.5, 0.9, 0.7], [0.4, 0.5, 0.6]], "constant": [[0.5, 0.5], [0.4, 0.4]]}
    return np.array(known[dataset])


def test_a_forest_leaves_out_what_does_not_vary() -> None:
    rows = [row(d, s, {"M": 0.5}) for d in ("varied", "constant", "alone") for s in ("a", "b")]
    found = contrast([r for r in rows if (r.dataset, r.system) != ("alone", "b")], "a", "b", "M", vectors)
    assert found.skipped == ("constant",)
    assert found.summary is not None
    assert found.summary.effect == pytest.approx((0.1 + 0.4 + 0.1) / 3)


def test_changes_name_new_gone_and_replaced_rows() -> None:
    before = [row("d", "gone", {"M": 0.1}), row("d", "same", {"M": 0.2}), row("d", "new run", {"M": 0.3})]
    now = [row("d", "same", {"M": 0.2}), row("d", "new run", {"M": 0.4}, sha256="cd" * 32)]
    now.append(row("d", "new", {"M": 0.5}))
    assert [(c.system, c.kind, c.before, c.now) for c in changes(before, now)] == [
        ("gone", "gone", 0.1, None),
        ("new", "new", None, 0.5),
        ("new run", "another run", 0.3, 0.4),
    ]


def test_published_figures_are_compared_to_the_digits_they_have() -> None:
    claims = [Claim("s", "d", "M", value, 3, "", "") for value in (0.333, 0.332, 0.4)]
    claims.append(Claim("s", "other", "M", 0.5, 3, "", ""))
    found = beside(claims, [row("d", "s", {"M": 1 / 3})])
    assert [(each.claim.value, each.verdict) for each in found] == [
        (0.4, "lower here"),
        (0.332, "within 0.005"),
        (0.333, "the same to the published digits"),
        (0.5, "no run here"),
    ]
