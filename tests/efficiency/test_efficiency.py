"""Costs of a card and the Pareto front inside one class of machine."""

from __future__ import annotations

import pytest

from harness.efficiency.costs import Costs, costs_of
from harness.efficiency.front import Point, classes_of, place


def test_costs_are_summed_over_stages_and_branches() -> None:
    found = costs_of(
        {
            "hardware": {"machine_class": "small"},
            "timings": {"queries_per_second": 250.0, "latency_ms": {"p50": 3, "p95": 9.5}},
            "index": {"index_bytes": 1000},
            "pipeline": [
                {"branches": [[{"facts": {"calls": 3, "prompt_tokens": 10, "generated_tokens": 2}}]]},
                {"facts": {"calls": 4, "cost": 0.25}},
            ],
            "resources": {"ram_used_process_kb_max": 2048, "cpu_energy_system_joules": 5.5},
        }
    )
    assert found.query_ms == 4.0
    assert (found.p50_ms, found.p95_ms, found.p99_ms) == (3.0, 9.5, None)
    assert (found.calls, found.tokens, found.cost) == (7, 12, 0.25)
    assert (found.index_bytes, found.memory_bytes, found.joules) == (1000, 2_048_000, 5.5)
    assert found.machine_class == "small"


def test_the_size_of_an_index_in_tokens_is_no_account() -> None:
    index = {"tokens": 23017, "index_bytes": 17_682_872}
    stage = {"facts": index}
    assert costs_of({"index": index, "pipeline": [stage]}).tokens is None
    assert costs_of({"index": index, "pipeline": [stage, {"facts": {"tokens": 40}}]}).tokens == 40


@pytest.mark.parametrize("value", ["fast", None, True, -1, float("nan"), {}, []])
def test_what_is_no_amount_is_unknown(value: object) -> None:
    card = {
        "timings": {"queries_per_second": value},
        "index": {"index_bytes": value},
        "pipeline": value or (),
    }
    assert costs_of(card if isinstance(value, list) or not value else card | {"pipeline": ()}) == Costs()


def test_the_front_holds_whom_nobody_beats_in_both() -> None:
    points = [
        Point("best", 0.9, 10.0, "m"),
        Point("cheap", 0.5, 1.0, "m"),
        Point("beaten", 0.5, 2.0, "m"),
        Point("twin", 0.9, 10.0, "m"),
        Point("elsewhere", 0.99, 0.1, "other"),
        Point("silent", 0.99, None, "m"),
        Point("nameless", 0.99, 0.1, ""),
    ]
    found = {each.point.name: each for each in place(points, "m")}
    assert [name for name, each in found.items() if each.on_front] == ["best", "cheap", "twin"]
    assert found["elsewhere"].left_out == "another machine: other"
    assert found["silent"].left_out == "its card does not say"
    assert found["nameless"].left_out == "its card names no machine"
    assert not found["beaten"].left_out


def test_the_class_with_most_points_comes_first() -> None:
    points = [Point("a", 0.1, 1.0, "x"), Point("b", 0.1, 1.0, "y"), Point("c", 0.1, 1.0, "y")]
    assert classes_of([*points, Point("d", 0.1, None, "z")]) == ["y", "x"]
