"""Files that declare a system for every combination of parameter values."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

import harness
from harness.errors import CommandError, SpecError, UnknownNameError
from harness.retrievers.spec import read_system, read_systems

GRID = {
    "version": 1,
    "system": "bm25",
    "family": "lexical",
    "description": "A grid.",
    "pipeline": [{"retrieve": "bm25", "parameters": {"analyzer": "lucene-standard", "k1": 3.0}}],
    "matrix": {"parameters": {"k1": [0.9, 2], "b": [0.4, 0.75]}},
    "datasets": ["demo"],
}


def declared(folder: Path, **changes: object) -> Path:
    path = folder / "grid.yaml"
    path.write_text(yaml.safe_dump(GRID | changes, sort_keys=False))
    return path


def test_every_combination_is_a_system_named_after_its_values(tmp_path: Path) -> None:
    systems = read_systems(declared(tmp_path))
    assert [spec.system for spec in systems] == [
        "bm25-k1-0.9-b-0.4", "bm25-k1-0.9-b-0.75", "bm25-k1-2-b-0.4", "bm25-k1-2-b-0.75",
    ]  # fmt: skip
    assert systems[3].pipeline[0].parameters == {"analyzer": "lucene-standard", "k1": 2, "b": 0.75}
    assert all(spec.matrix is None for spec in systems)


def test_expected_scores_go_to_the_system_they_name(tmp_path: Path) -> None:
    matrix = GRID["matrix"] | {"expected": {"bm25-k1-2-b-0.4": {"demo": {"AP": 0.5}}}}  # type: ignore[operator]
    systems = {spec.system: spec for spec in read_systems(declared(tmp_path, matrix=matrix))}
    assert systems["bm25-k1-2-b-0.4"].expected["demo"]["AP"].value == 0.5
    assert not systems["bm25-k1-0.9-b-0.4"].expected


def test_one_of_them_is_run_by_its_name(tmp_path: Path) -> None:
    path = declared(tmp_path)
    done = harness.run(path, "demo", tmp_path / "out", system="bm25-k1-2-b-0.75")
    assert (done.card.system, done.card.tag) == ("bm25-k1-2-b-0.75", "bm25-k1-2-b-0.75")
    assert done.card.pipeline[0].parameters["b"] == 0.75
    with pytest.raises(CommandError, match="declares 4 systems; name one of them: bm25-k1-0"):
        read_system(path)
    with pytest.raises(UnknownNameError, match=r"Did you mean 'bm25-k1-2-b-0\.75'"):
        read_system(path, "bm25-k1-2-b-0.7")


@pytest.mark.parametrize(
    ("changes", "where", "message"),
    [
        ({"matrix": {"parameters": {"k1": [1, 1]}}}, "matrix.parameters", "comes of it 2 times"),
        ({"matrix": {"parameters": {"analyzer": ["a/b"]}}}, "matrix.parameters", "no name"),
        ({"matrix": {"parameters": {"k1": []}}}, "matrix.parameters.k1", "at least 1"),
        ({"matrix": {"parameters": {"k_1": [1]}}}, "bm25-k_1-1: pipeline[0].parameters.k_1", "k1"),
        ({"matrix": {"parameters": {"b": [2]}}}, "bm25-b-2: pipeline[0].parameters.b", "less than"),
        (
            {"matrix": {"parameters": {"b": [1]}, "expected": {"bm25-b-2": {"demo": {"AP": 0.5}}}}},
            "matrix.expected.bm25-b-2",
            "it gives bm25-b-1",
        ),
        (
            {"matrix": {"parameters": {"b": [1]}, "expected": {"bm25-b-1": {"adi": {"AP": 0.5}}}}},
            "matrix.expected.bm25-b-1.adi",
            "not among",
        ),
        ({"expected": {"demo": {"AP": 0.5}}}, "expected", "use matrix.expected"),
    ],
    ids=[str(number) for number in range(8)],
)
def test_what_is_refused(tmp_path: Path, changes: dict[str, object], where: str, message: str) -> None:
    with pytest.raises(SpecError) as caught:
        read_systems(declared(tmp_path, **changes))
    found = {problem.where: problem.message for problem in caught.value.problems}
    assert message in found[where]
