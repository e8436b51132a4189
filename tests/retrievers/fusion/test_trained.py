"""Fusions by learned tables: worked by hand, and held against ranx, the learning included."""

from __future__ import annotations

import math
import random
from typing import Any, get_args

import numpy as np
import pytest

from harness.config import check
from harness.errors import CommandError, SpecError
from harness.fitting.fusions import FITTINGS
from harness.fitting.learning import (
    bayesfuse_table,
    hits_of,
    position_table,
    probfuse_table,
    segfuse_table,
)
from harness.rankings import Run
from harness.records import Qrels
from harness.retrievers.fusion import ranx_fusion, trained
from harness.retrievers.fusion.trained import LEAST_ODDS, Trained
from tests.conftest import needs_packages

A = Run.from_dict({"q": {"x": 4.0, "y": 3.0, "z": 0.0}}, "a")
B = Run.from_dict({"q": {"y": 10.0, "w": 5.0}, "only b": {"x": 1.0}}, "b")


def made(**parameters: Any) -> Trained:
    """As a YAML file makes it."""
    return check(parameters, Trained, where="trained")


def fused(*, depth: int = 10, **parameters: Any) -> dict[str, dict[str, float]]:
    return made(**parameters).fuse([A, B], depth, tag="t").to_dict()


def test_posfuse_by_hand() -> None:
    found = fused(method="posfuse", tables=[[0.5, 0.25], [0.75]])
    assert found["q"] == {"y": 0.25 + 0.75, "x": 0.5, "z": 0.0, "w": 0.0}
    assert found["only b"] == {"x": 0.75}
    assert list(fused(method="posfuse", tables=[[0.5], [1.0]], depth=1)["q"]) == ["y"]


def test_slidefuse_by_hand() -> None:
    """Windows of one rank on each side, cut at the ends of the ranking, not of the table."""
    found = fused(method="slidefuse", tables=[[0.9, 0.3, 0.3, 0.3], [0.8]], window=1)["q"]
    assert found == pytest.approx(
        {"y": 1.5 / 3 + (0.8 + 0) / 2, "x": 1.2 / 2, "z": 0.6 / 2, "w": (0.8 + 0) / 2}
    )


def test_probfuse_by_hand() -> None:
    """Three documents in two segments: two in the first, one in the second, whose probability is halved."""
    found = fused(method="probfuse", tables=[[0.6, 0.4], [0.5, 0.2]])["q"]
    assert found == pytest.approx({"x": 0.6, "y": 0.6 + 0.5, "z": 0.4 / 2, "w": 0.2 / 2})


def test_segfuse_by_hand() -> None:
    """All ranks lie in the first segment; scores are min-max normalised, and 1 is added."""
    found = fused(method="segfuse", tables=[[0.5, *[0.0] * 9], [0.25, *[0.0] * 9]])["q"]
    assert found == pytest.approx({"x": 0.5 * 2, "y": 0.5 * 1.75 + 0.25 * 2, "z": 0.5, "w": 0.25})


def test_bayesfuse_by_hand() -> None:
    """A document that a run lacks gets the least odds."""
    found = fused(method="bayesfuse", tables=[[-1.0, *[-5.0] * 8], [-2.0, *[-5.0] * 8]])["q"]
    assert found == pytest.approx(
        {"y": -3.0, "x": -1 + LEAST_ODDS, "z": -1 + LEAST_ODDS, "w": LEAST_ODDS - 2}
    )


def test_tables_are_learned_from_hits() -> None:
    """Two queries: relevant at ranks 1 and 3 of three, and at rank 2 of two; a third is not answered."""
    run = Run.from_dict({"q1": {"a": 3, "b": 2, "c": 1}, "q2": {"d": 2, "e": 1}}, "t")
    qrels = Qrels.from_dict({"q1": {"a": 2, "b": 0, "c": 1}, "q2": {"e": 1, "d": -1}, "q3": {"x": 1}})
    hits = hits_of(run, qrels)
    assert [row.tolist() for row in hits] == [[1, 0, 1], [0, 1], []]
    assert position_table(hits) == [1 / 2, 1 / 2, 1]
    assert probfuse_table(hits, 2) == pytest.approx([(1 / 2 + 0) / 3, (1 + 1) / 3])
    assert segfuse_table(hits)[:2] == pytest.approx([(2 / 5 + 1 / 5) / 3, 0])
    share = (2 / 5 + 1 / 5) / 3
    assert bayesfuse_table(hits)[:2] == pytest.approx([math.log(share / (1 - share)), LEAST_ODDS])
    assert position_table([np.array([0.0, 0.0])]) == [0.0], "no hit is a table, too"


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"method": "posfuse", "tables": [[0.5]]}, "tables"),
        (
            {"method": "segfuse", "tables": [[0.5], [0.5]]},
            r"tables\[0\]: segfuse has 10 numbers a run; found 1",
        ),
        ({"method": "slidefuse", "tables": [[0.5], [0.5]]}, "window: slidefuse needs a window"),
        ({"method": "posfuse", "tables": [[0.5], [0.5]], "window": 2}, "window: posfuse has no window"),
        ({"method": "condorcet", "tables": [[0.5], [0.5]]}, "method"),
    ],
)
def test_wrong_parameters_are_named(wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(SpecError, match=words):
        made(**wrong)


def test_another_number_of_runs_is_refused() -> None:
    with pytest.raises(CommandError, match="3 tables for 2 runs"):
        made(method="posfuse", tables=[[0.5], [0.5], [0.5]]).fuse([A, B], 10, tag="t")


def random_case() -> tuple[list[Run], Qrels]:
    """Rankings of 3 to 60 documents without ties, for the same judged queries."""
    chance = random.Random(11)
    names = [f"d{i}" for i in range(90)]
    runs = [
        Run.from_dict(
            {
                f"q{q:02}": {d: chance.uniform(0, 9) for d in chance.sample(names, chance.randint(3, 60))}
                for q in range(15)
            },
            f"r{i}",
        )
        for i in range(3)
    ]
    grades = {f"q{q:02}": {d: chance.randint(1, 2) for d in chance.sample(names, 9)} for q in range(15)}
    return runs, Qrels.from_dict(grades)


@pytest.mark.filterwarnings("ignore:unsafe cast")  # numba's, about ranx's code
@pytest.mark.parametrize("method", ["bayesfuse", "posfuse", "probfuse", "segfuse", "slidefuse"])
def test_ours_equal_ranx_learned_on_the_same(method: Any) -> None:
    needs_packages("ranx", "ranx")
    import ranx
    from ranx import fusion as theirs  # its own training; its fuse() checks no lengths

    runs, qrels = random_case()
    given = [ranx.Run(run.to_dict()) for run in runs]
    judged = ranx.Qrels(qrels.to_dict())
    hits = [hits_of(run, qrels) for run in runs]
    extra: dict[str, Any] = {}
    if method == "bayesfuse":
        tables, learned = list(map(bayesfuse_table, hits)), theirs.bayesfuse_train(judged, given)
        params = {"log_odds": learned}
    elif method == "probfuse":
        tables = [probfuse_table(each, 7) for each in hits]
        params = {"probs": theirs.probfuse_train(judged, given, 7)}
    else:
        table = segfuse_table if method == "segfuse" else position_table
        tables = list(map(table, hits))
        params = {"probs": getattr(theirs, f"{method}_train")(judged, given)}
        if method == "slidefuse":
            extra = {"window": 4}
            params["w"] = 4
    its = ranx.fuse(given, norm="min-max", method=method, params=params).to_dict()
    mine = made(method=method, tables=tables, **extra).fuse(runs, 1000, tag="t").to_dict()
    for query, row in its.items():
        assert mine[query] == pytest.approx(dict(row), abs=1e-9)


def test_every_fusion_of_ranx_is_offered() -> None:
    """All 25 of its documentation, and the fifteen with parameters can be fitted."""
    offered = {*get_args(ranx_fusion.Method), *get_args(trained.Method)}
    fixed = {"anz", "bordafuse", "condorcet", "isr", "log_isr", "max", "med", "min", "mnz", "sum"}
    fitted = {
        "gmnz",
        "logn_isr",
        "mapfuse",
        "mixed",
        "rbc",
        "rrf",
        "w_bordafuse",
        "w_condorcet",
        "wmnz",
        "wsum",
    }
    fitted |= {"bayesfuse", "posfuse", "probfuse", "segfuse", "slidefuse"}
    assert offered == fixed | fitted and len(offered) == 25
    assert fitted <= set(FITTINGS)
