"""Fusions: worked by hand, and held against ranx."""

from __future__ import annotations

import importlib.util
import random
from typing import Any

import pytest

from harness.errors import CommandError, SpecError
from harness.rankings import Run
from harness.retrievers.fusion.comb import METHODS, Comb
from harness.retrievers.fusion.normalisation import NORMALISATIONS, normalised
from harness.retrievers.fusion.ranx_fusion import RanxFusion
from harness.retrievers.fusion.reciprocal_rank import ReciprocalRank
from harness.retrievers.fusion.weighted_sum import Interpolation, WeightedSum
from harness.retrievers.table import FUSIONS
from tests.conftest import needed

A = Run.from_dict({"q": {"x": 4.0, "y": 3.0, "z": 0.0}, "only a": {"x": 2.0}}, "a")
B = Run.from_dict({"q": {"y": 10.0, "w": 5.0}}, "b")


def fused(fusion: Any, *runs: Run, depth: int = 10) -> dict[str, dict[str, float]]:
    found = fusion.fuse(runs or (A, B), depth, tag="t")
    assert found.tag == "t"
    return found.to_dict()


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ("none", [4, 3, 0]),
        ("min-max", [1, 0.75, 0]),
        ("max", [1, 0.75, 0]),
        ("sum", [4 / 7, 3 / 7, 0]),
        (
            "z-score",
            [(4 - 7 / 3) / (26 / 9) ** 0.5, (3 - 7 / 3) / (26 / 9) ** 0.5, (-7 / 3) / (26 / 9) ** 0.5],
        ),
        ("rank", [1, 2 / 3, 1 / 3]),
    ],
)
def test_normalisations_by_hand(how: Any, expected: list[float]) -> None:
    rows = dict(normalised([A, B], how))
    assert list(rows["q"][0].values()) == pytest.approx(expected)
    assert rows["only a"][1] == {}


def test_a_ranking_with_one_score_does_not_divide_by_nothing() -> None:
    for how in NORMALISATIONS:
        for value in (0.0, 3.0, -2.0):
            run = Run.from_dict({"q": {"x": value}}, "t")
            rows = dict(normalised([run], how))  # type: ignore[arg-type]
            assert abs(rows["q"][0]["x"]) < 1e10


def test_interpolation_by_hand() -> None:
    assert fused(Interpolation(alpha=0.25))["q"] == pytest.approx(
        {"y": 0.25 * 0.75 + 0.75, "x": 0.25, "z": 0.0, "w": 0.0}
    )
    assert fused(Interpolation(alpha=0.25))["only a"] == pytest.approx({"x": 0.0}), (
        "1 of 1 is also the lowest"
    )
    raw = fused(Interpolation(alpha=0.5, normalisation="none", missing="lowest"))["q"]
    assert raw == pytest.approx({"y": 6.5, "x": 4.5, "z": 2.5, "w": 2.5})


def test_weighted_sum_by_hand() -> None:
    run = fused(WeightedSum(weights=(1.0, 2.0, 0.5), normalisation="rank"), A, B, A)["q"]
    assert run == pytest.approx({"y": 1.5 * 2 / 3 + 2, "x": 1.5, "w": 1.0, "z": 0.5})
    assert fused(WeightedSum()) == fused(Comb(method="sum"))


@pytest.mark.parametrize(
    ("method", "y"), [("sum", 13), ("mnz", 26), ("anz", 6.5), ("min", 3), ("max", 10), ("med", 6.5)]
)
def test_comb_by_hand(method: Any, y: float) -> None:
    found = fused(Comb(method=method, normalisation="none"))["q"]
    assert found == pytest.approx({"x": 4.0, "y": y, "z": 0.0, "w": 5.0})


def test_reciprocal_rank_by_hand() -> None:
    found = fused(ReciprocalRank(k=1.0))["q"]
    assert found == pytest.approx({"y": 1 / 3 + 1 / 2, "x": 1 / 2, "w": 1 / 3, "z": 1 / 4})


@pytest.mark.parametrize("name", sorted(set(FUSIONS) - {"ranx", "trained"}))
def test_candidates_of_every_run_are_kept_down_to_the_depth(name: str) -> None:
    fusion = FUSIONS[name]()
    assert set(fused(fusion)["q"]) == {"w", "x", "y", "z"}
    assert list(fused(fusion, depth=2)["q"]) == list(fused(fusion)["q"])[:2]
    assert fused(fusion, A, Run.from_dict({}, "none"))["q"].keys() == A.to_dict()["q"].keys()


def test_wrong_numbers_are_refused() -> None:
    with pytest.raises(CommandError, match="3 weights for 2 runs"):
        fused(WeightedSum(weights=(1.0, 1.0, 1.0)))
    with pytest.raises(CommandError, match="two runs"):
        fused(Interpolation(), A, B, A)
    for bad in ({"weights": (0.0, 0.0)}, {"weights": (-1.0, 1.0)}, {"normalisation": "softmax"}):
        with pytest.raises(SpecError):
            WeightedSum(**bad)  # type: ignore[arg-type]
    with pytest.raises(SpecError):
        Interpolation(alpha=1.5)


def random_runs(n: int) -> list[Run]:
    chance = random.Random(7)
    return [
        Run.from_dict(
            {
                f"q{q}": {f"d{d}": chance.uniform(-3, 9) for d in chance.sample(range(60), 40)}
                for q in range(12)
            },
            f"r{i}",
        )
        for i in range(n)
    ]


@pytest.fixture
def ranx() -> None:
    needed("ranx", importlib.util.find_spec("ranx") is not None, "pip install 'retrieval-harness[ranx]'")


OURS = {"min-max": "min-max", "max": "max", "sum": "sum", "z-score": "zmuv", "rank": "rank", "none": "none"}


@pytest.mark.usefixtures("ranx")
@pytest.mark.parametrize("how", sorted(OURS))
def test_ours_equal_ranx(how: Any) -> None:
    runs, norm = random_runs(3), OURS[how]
    pairs: list[tuple[Any, Any]] = [
        (Comb(method=method, normalisation=how), RanxFusion(method=method, norm=norm))  # type: ignore[arg-type]
        for method in (METHODS if how == "min-max" else ["sum"])  # ranx compiles each when first used
    ]
    weights = [0.2, 1.0, 0.7]
    pairs.append(
        (
            WeightedSum(weights=tuple(weights), normalisation=how),
            RanxFusion(method="wsum", norm=norm, params={"weights": weights}),  # type: ignore[arg-type]
        )
    )
    pairs.append((ReciprocalRank(k=17.0), RanxFusion(method="rrf", norm="none", params={"k": 17.0})))
    for ours, theirs in pairs:
        mine, its = fused(ours, *runs), fused(theirs, *runs)
        assert mine.keys() == its.keys()
        for query, row in mine.items():
            assert row == pytest.approx(its[query], abs=1e-9), (ours, theirs)


@pytest.mark.usefixtures("ranx")
@pytest.mark.parametrize(
    ("method", "params"), [("bordafuse", {}), ("rbc", {"phi": 0.8}), ("wmnz", {"weights": [0.3, 0.7]})]
)
def test_methods_of_ranx_keep_all_candidates(method: Any, params: Any) -> None:
    runs = random_runs(2)
    found = fused(RanxFusion(method=method, params=params), *runs, depth=1000)
    for query in ("q0", "q11"):
        assert found[query].keys() == runs[0].to_dict()[query].keys() | runs[1].to_dict()[query].keys()


@pytest.mark.usefixtures("ranx")
def test_ranx_with_a_query_that_one_run_lacks() -> None:
    assert set(fused(RanxFusion(method="sum"))["only a"]) == {"x"}
    with pytest.raises(CommandError, match="only a"):
        fused(RanxFusion(method="wsum", params={"weights": [1.0, 1.0]}))
    with pytest.raises(CommandError, match="another number of runs"):
        fused(RanxFusion(method="wsum", params={"weights": [1.0]}))


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"method": "wsum"}, "params.weights: wsum needs it"),
        ({"method": "sum", "params": {"k": 1.0}}, "sum takes no parameters"),
        ({"method": "best"}, "method"),
    ],
)
def test_parameters_of_ranx_are_checked_without_it(given: Any, words: str) -> None:
    with pytest.raises(SpecError, match=words):
        RanxFusion(**given)
