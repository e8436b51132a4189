"""What a system's file may promise, and what is refused, each with its key path."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from harness.errors import SpecError
from harness.retrievers.execute import run
from harness.retrievers.spec import read_system

BASE = {
    "version": 1,
    "system": "x",
    "family": "lexical",
    "description": "A system.",
    "pipeline": [{"retrieve": "overlap"}],
    "datasets": ["demo"],
}


def declared(folder: Path, **more: object) -> Path:
    path = folder / "x.yaml"
    path.write_text(yaml.safe_dump(BASE | more))
    return path


def test_a_bare_number_is_the_short_form(tmp_path: Path) -> None:
    full = {"value": 0.25, "tolerance": 0.01, "reason": "ties are broken by thread order"}
    spec = read_system(declared(tmp_path, expected={"demo": {"AP": 0.5, "R@100": 1, "P@5": full}}))
    scores = spec.expected["demo"]
    assert (scores["AP"].value, scores["AP"].tolerance, scores["AP"].reason) == (0.5, 1e-4, None)
    assert scores["R@100"].value == 1.0
    assert (scores["P@5"].tolerance, scores["P@5"].reason) == (0.01, "ties are broken by thread order")


def test_days_may_be_written_bare(tmp_path: Path) -> None:
    path = declared(tmp_path)
    path.write_text(path.read_text() + "reproduced_on: {machine_class: 2 cores, date: 2026-01-31}\n")
    spec = read_system(path)
    assert spec.reproduced_on is not None and spec.reproduced_on.date == "2026-01-31"


def test_seeds_are_kept_in_the_card(tmp_path: Path) -> None:
    done = run(declared(tmp_path, seeds={"sampling": 42}), "demo", tmp_path / "out")
    assert done.card.seeds == {"sampling": 42}


FIGURE = {"dataset": "demo", "measure": "AP", "value": 0.5, "source": "a paper, table 1"}


def demo(score: object) -> dict[str, object]:
    return {"expected": {"demo": {"AP": score}}}


def full(**more: object) -> dict[str, object]:
    return demo({"value": 0.5} | more)


REFUSED = [
    (full(tolerance=0.01), "expected.demo.AP", "needs a reason"),
    (full(tolerance=1e-9), "expected.demo.AP.tolerance", "0.0001"),
    (full(tolerence=1e-4), "expected.demo.AP.tolerence", "unknown key"),
    (demo("0.5"), "expected.demo.AP", "a number, or a mapping with value, tolerance and reason"),
    (demo(True), "expected.demo.AP", "found true"),
    (demo(float("nan")), "expected.demo.AP.value", "finite"),
    ({"expected": {"demo": {}}}, "expected.demo", "at least 1"),
    ({"expected": {"scifact": {"AP": 0.5}}}, "expected.scifact", "not among the system's datasets"),
    ({"published": [FIGURE | {"dataset": "scifact"}]}, "published[0].dataset", "not among"),
    ({"published": [{"dataset": "demo", "measure": "AP", "value": 0.5}]}, "published[0].source", "required"),
    ({"reproduced_on": {"machine_class": "a", "date": "yesterday"}}, "reproduced_on.date", "2026-01-31"),
    ({"expected": {"demo": {"nDGC@10": 0.5}}}, "expected.demo.nDGC@10", "nDCG"),
    ({"published": [FIGURE | {"measure": "MPA"}]}, "published[0].measure", "MAP"),
    ({"datasets": ["demo", "scifat"]}, "datasets[1]", "Did you mean 'scifact'"),
    ({"datasets": ["demo", "demo"]}, "datasets[1]", "twice"),
    ({"seeds": {"sampling": "42"}}, "seeds.sampling", "a whole number"),
]


@pytest.mark.parametrize(("more", "where", "message"), REFUSED, ids=[str(number) for number in range(16)])
def test_what_is_refused(tmp_path: Path, more: dict[str, object], where: str, message: str) -> None:
    with pytest.raises(SpecError) as caught:
        read_system(declared(tmp_path, **more))
    (problem,) = caught.value.problems
    assert problem.where == where
    assert message in problem.message


def problems_of(folder: Path, **more: object) -> dict[str, str]:
    with pytest.raises(SpecError) as caught:
        read_system(declared(folder, **more))
    return {problem.where: problem.message for problem in caught.value.problems}


def test_promises_under_keys_that_are_no_text_are_held_to_names_too(tmp_path: Path) -> None:
    score = {"value": 0.3}
    year: dict[object, object] = {"demo": {"nDCG@10": score}, 2019: {"AP": score}}
    assert problems_of(tmp_path, expected=year) == {
        "expected.2019": "'2019' is not among the system's datasets: demo."
    }
    measures = problems_of(tmp_path, expected={"demo": {5: score, True: score, None: score}})
    assert measures.keys() == {"expected.demo.5", "expected.demo.true", "expected.demo.null"}
    named = problems_of(tmp_path, expected=year, publisehd=[])  # beside a problem of its form
    assert named.keys() == {"expected.2019", "publisehd"}


def test_a_name_that_no_folder_can_have_does_not_hide_other_problems(tmp_path: Path) -> None:
    found = problems_of(tmp_path, datasets=["demo", "a" * 300], expected={"demo": {"nDGC@10": 0.5}})
    assert found.keys() == {"datasets[1]", "expected.demo.nDGC@10"}
    assert "There is no data set 'aaa" in found["datasets[1]"]


def test_an_empty_name_is_not_the_working_folder(tmp_path: Path) -> None:
    assert "There is no data set ''" in problems_of(tmp_path, datasets=[""])["datasets[0]"]
