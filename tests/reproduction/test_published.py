"""Published scores: facts with sources, in the names of this project."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest

import harness
from harness.datasets.catalogue import load_catalogue
from harness.evaluation.measure import parse_measure
from harness.reproduction.plan import plan
from harness.reproduction.published import published
from harness.reproduction.reproduction import Reproduction, Row
from harness.reproduction.verdict import Verdict
from tests.reproduction.files import rewrite


def test_every_figure_has_a_source_and_names_of_the_catalogue() -> None:
    catalogue = load_catalogue()
    for score in published():
        assert score.dataset in catalogue, score
        assert str(parse_measure(score.measure)) == score.measure, score
        assert 0 <= score.value <= 1, score
        assert score.digits in {3, 4}, score
        assert score.source and score.label and score.table, score


def test_second_hand_figures_are_left_out() -> None:
    assert {score.evidence for score in published()} == {
        "repository file",
        "paper",
        "model card",
        "computed",
    }


def test_no_figure_stands_twice() -> None:
    assert len(published()) == len(set(published())) > 1500


def test_a_system_on_a_data_set_may_have_several_sources() -> None:
    found = published("bm25", "scifact")
    # Anserini's regression and Pyserini's reproduction page give the same three figures
    assert {(score.measure, score.value) for score in found} == {
        ("nDCG@10", 0.6789),
        ("R@100", 0.9253),
        ("R@1000", 0.9767),
    }
    assert {score.source.partition("@")[0] for score in found} >= {"castorini/anserini", "castorini/pyserini"}


def test_the_table_is_inside_the_package() -> None:
    assert files("harness.reproduction").joinpath("published.csv").is_file()


def test_the_table_agrees_with_the_collected_figures(shared_data: Path) -> None:
    # the figures of Anserini and Pyserini as collected one by one, beside the table
    import csv

    models = {"bm25-flat": "bm25", "bm25-multifield": "bm25-multifield", "splade-v3": "splade-v3"}
    ours = {(s.system, s.dataset, s.measure): set() for s in published()}  # type: ignore[var-annotated]
    for score in published():
        ours[score.system, score.dataset, score.measure].add(score.value)
    compared = 0
    with (shared_data / "reference" / "anserini_beir.csv").open() as stream:
        for row in csv.DictReader(stream):
            place = (models.get(row["model"], ""), row["dataset"], row["metric"])
            if place in ours:
                assert float(row["value"]) in ours[place], row
                compared += 1
    assert compared > 200


def test_the_table_adds_to_what_a_file_states(home: Path) -> None:
    figure = {"dataset": "scifact", "measure": "nDCG@10", "value": 0.68, "digits": 2, "source": "a paper"}
    path = rewrite(home / "baselines" / "bm25.yaml", published=[figure])
    (job,) = plan([path], datasets=["scifact"], against="published").jobs
    promises = [(promise.measure, promise.value, promise.digits) for promise in job.promises]
    assert promises[0] == ("nDCG@10", 0.68, 2)
    assert sorted(promises[1:]) == [("R@100", 0.9253, 4), ("R@1000", 0.9767, 4), ("nDCG@10", 0.6789, 4)]
    assert "castorini/" in job.promises[1].note


def row(verdict: Verdict, measure: str = "AP") -> Row:
    return Row(system="a", dataset="demo", measure=measure, verdict=verdict)


@pytest.mark.parametrize(
    ("against", "rows", "ok"),
    [
        ("published", [row(Verdict.DIFFERENT), row(Verdict.REPRODUCED)], True),
        ("published", [row(Verdict.DIFFERENT), row(Verdict.REPRODUCED, "RR")], False),
        ("published", [row(Verdict.FAILED), row(Verdict.REPRODUCED)], False),
        ("expected", [row(Verdict.DIFFERENT), row(Verdict.REPRODUCED)], False),
        ("published", [row(Verdict.CANNOT)], True),
    ],
)
def test_sources_may_disagree_but_one_has_to_be_met(against: str, rows: list[Row], ok: bool) -> None:
    assert Reproduction(against=against, rows=tuple(rows)).ok is ok


def test_one_measure_may_have_two_figures(home: Path) -> None:
    figures = [
        {"dataset": "demo", "measure": "nDCG@10", "value": value, "source": source}
        for value, source in ((0.6270, "a repository"), (0.7, "a paper"))
    ]
    path = rewrite(home / "baselines" / "bm25.yaml", published=figures)
    found = harness.reproduce([path], datasets=["demo"], against="published")
    assert [row.verdict for row in found.rows] == [Verdict.REPRODUCED, Verdict.DIFFERENT]
    assert found.ok
