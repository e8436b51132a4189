"""Comparing run files: names, scoring by the data set's protocol, gains and losses, what is refused."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import harness
from harness.datasets.dataset import load_dataset
from harness.errors import CommandError, DatasetError, RunFileError, SpecError, UnknownNameError
from harness.evaluation.evaluate import evaluate
from harness.runfiles.card import RunCard, RunIdentity, write_card
from harness.statistics.runnames import name_runs
from harness.statistics.runs import compare_runs
from tests.statistics.conftest import Place, at_ranks

WORKED_EXAMPLE = {
    "splade": "splade-pp-ed",
    "ada2": "openai-ada2",
    "rankvicuna": "bm25.rerank.output_v2_vicuna_7b.20230912T184913",
    "rm3": "bm25-rm3",
    "bm25": "bm25",
}


def card(path: Path, *, system: str, dataset: str = "demo", split: str | None = None) -> None:
    write_card(
        RunCard(
            schema_version=1,
            system=system,
            dataset=dataset,
            split=split,
            family="lexical",
            description="A test.",
            created="2026-01-31T12:00:00Z",
            run=RunIdentity(sha256="0" * 64),
        ),
        path.with_name("card.yaml"),
    )


def names(*runs: str | Path | tuple[str, str | Path]) -> list[str]:
    return [run.name for run in name_runs(runs)]


# ---- names


def test_a_file_is_called_by_its_name_without_endings(tmp_path: Path) -> None:
    files = ["bm25.txt", "dense.run.gz", "bm25.rerank.gpt-3.5.20230804T232651.trec.zst", "plain", ".txt"]
    assert names(*files) == ["bm25", "dense", "bm25.rerank.gpt-3.5.20230804T232651", "plain", ".txt"]


def test_a_record_is_called_by_its_card_and_without_one_by_its_folder(place: Place, tmp_path: Path) -> None:
    first = place("one/run.trec.gz", at_ranks(1))
    card(first, system="BM25, tuned")
    second = place("two/run.trec.gz", at_ranks(1))
    assert names(first, second) == ["BM25, tuned", "two"]
    assert names(tmp_path / "one", tmp_path / "two") == ["BM25, tuned", "two"]


def test_equal_names_are_told_apart_by_folders_and_only_those() -> None:
    assert names("a/x/bm25.txt", "b/x/bm25.txt", "b/x/dense.txt") == ["a/x/bm25", "b/x/bm25", "dense"]
    assert names("a/bm25.txt", "a/bm25.run", "b/x.run") == ["bm25.txt", "bm25.run", "x"]
    assert names("old/bm25/run.trec.gz", "new/bm25/run.trec.gz") == ["old/bm25", "new/bm25"]


def test_names_that_were_given_stay_and_must_differ() -> None:
    assert names(("bm25", "a/one.txt"), "b/bm25.txt") == ["bm25", "b/bm25"]
    with pytest.raises(CommandError, match=r"more than once: x.*NAME=FILE"):
        names(("x", "a"), ("x", "b"))


def test_a_run_is_not_compared_with_itself(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="given twice"):
        names(tmp_path / "a.txt", tmp_path / "b" / ".." / "a.txt")


# ---- scoring


def test_values_are_those_of_evaluate_and_gains_can_be_checked_by_hand(place: Place, qrels: Path) -> None:
    a, b = place("a.txt", at_ranks(1, 2, 4, 1, 0)), place("b.txt", at_ranks(2, 2, 1, 4, 1))
    found = compare_runs([a, b], qrels=qrels, measure="RR")
    assert (found.names, found.measure, found.judged_by) == (("a", "b"), "RR", str(qrels))
    assert found.values.tolist() == [[1, 0.5, 0.25, 1, 0], [0.5, 0.5, 1, 0.25, 1]]
    assert found.comparison.means.tolist() == [0.55, 0.65]
    assert found.answered.tolist() == [4, 5]
    assert any("a answered 4 of 5 judged queries" in note for note in found.notes)
    # b - a by query: -0.5, 0, 0.75, -0.75, 1
    gains = found.gains("b", count=1)
    assert [(g.query, g.difference) for g in gains.gains] == [("q5", 1.0)]
    assert [(g.query, g.value, g.reference) for g in gains.losses] == [("q4", 0.25, 1.0)]
    every = found.gains("b", "a")
    assert [g.query for g in every.gains] == ["q5", "q3"]
    assert [g.query for g in every.losses] == ["q4", "q1"], "the tie on q2 is neither"
    assert found.gains("b", count=0).gains == ()


def test_means_are_those_of_evaluate_to_the_last_bit(shared_data: Path) -> None:
    folder = shared_data / "trec-dl19-pool"
    files = sorted((folder / "runs").glob("*.txt"))[:6]
    judged = harness.read_qrels(folder / "original/qrels.dl19-passage.txt")
    found = harness.compare(files, qrels=judged, measure="AP(rel=2)")
    expected = [evaluate(path, judged, ["AP(rel=2)"]).means()["AP(rel=2)"] for path in files]
    assert found.comparison.means.tolist() == expected


def test_the_worked_example_of_the_page_from_the_run_files(shared_data: Path) -> None:
    folder = shared_data / "trec-dl19-pool"
    runs = [(name, folder / f"runs/{file}.txt") for name, file in WORKED_EXAMPLE.items()]
    found = compare_runs(runs, qrels=folder / "original/qrels.dl19-passage.txt")
    # docs/statistics.md: system, group and letters; there from values rounded to four decimals
    assert [(row.name, row.group, " ".join(row.letters)) for row in found.comparison.systems()] == [
        ("splade", 1, "a"),
        ("ada2", 1, "a"),
        ("rankvicuna", 1, "a"),
        ("rm3", 4, "b"),
        ("bm25", 4, "b"),
    ]
    pair = found.comparison.pair("splade", "ada2")
    assert (pair.wins, pair.ties, pair.losses) == (23, 5, 15)
    assert found.comparison.means.tolist() == pytest.approx(
        [0.7308, 0.7035, 0.6675, 0.5216, 0.5058], abs=5e-5
    )


def test_a_data_set_gives_its_headline_and_the_texts(place: Place, shared_data: Path) -> None:
    folder = shared_data / "trec-dl19-pool"
    data = load_dataset(str(folder))
    found = compare_runs([folder / "runs/bm25.txt", folder / "runs/tasb.txt"], dataset=data)
    assert (found.measure, found.judged_by) == (data.spec.headline, data.name)
    best = found.gains("tasb", count=1).gains[0]
    texts = {query.id: query.text for query in data.queries}
    assert best.text == texts[best.query]
    assert best.difference == max(found.values_of("tasb") - found.values_of("bm25"))


def test_the_protocol_of_the_data_set_is_applied(
    tmp_path: Path, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "self"
    (folder / "qrels").mkdir(parents=True)
    (folder / "corpus.jsonl").write_text('{"_id": "q1", "text": "a"}\n{"_id": "r", "text": "b"}\n')
    (folder / "queries.jsonl").write_text('{"_id": "q1", "text": "a"}\n{"_id": "q2", "text": "b"}\n')
    (folder / "qrels/test.tsv").write_text("query-id\tcorpus-id\tscore\nq1\tr\t1\nq2\tr\t1\n")
    data = load_dataset(f"{folder}")
    quirky = data.spec.model_copy(
        update={"quirks": data.spec.quirks.model_copy(update={"drop_self_matches": True})}
    )
    a = place("a.txt", {"q1": ["q1", "r"], "q2": ["r"]})
    b = place("b.txt", {"q1": ["x", "r"], "q2": ["r"]})
    found = compare_runs([a, b], dataset=dataclasses.replace(data, spec=quirky), measure="RR")
    assert found.values.tolist() == [[1, 1], [0.5, 1]], "q1's match with itself is dropped, x is not"


def test_a_baseline_leaves_its_pairs_and_turns_them_to_itself(place: Place, qrels: Path) -> None:
    runs = [place(f"{name}.txt", at_ranks(*ranks)) for name, ranks in
            {"low": (4, 4, 4, 4, 2), "mid": (2, 2, 2, 2, 1), "top": (1, 1, 1, 1, 2)}.items()]  # fmt: skip
    found = compare_runs(runs, qrels=qrels, measure="RR", baseline="mid", test="t", correction="holm")
    assert [(p.first, p.second) for p in found.pairs()] == [("top", "mid"), ("low", "mid")]
    assert [round(p.difference, 3) for p in found.pairs()] == [0.3, -0.3]
    everything = compare_runs(runs, qrels=qrels, measure="RR", test="t", correction="holm")
    assert len(list(everything.pairs())) == 3
    for pair in found.pairs():
        assert pair.p_corrected == everything.comparison.pair(pair.first, pair.second).p_corrected


def test_seed_alpha_and_method_are_handed_on(place: Place, qrels: Path) -> None:
    runs = [place("a.txt", at_ranks(1, 2, 4, 1, 3)), place("b.txt", at_ranks(2, 2, 1, 4, 1))]
    found = compare_runs(
        runs, qrels=qrels, measure="RR", test="randomisation", correction="holm", alpha=0.2, seed=7,
        smallest_effect=0.5, score_precision="single",
    )  # fmt: skip
    method = found.comparison.method
    assert (method.test, method.correction, method.alpha, method.seed) == ("randomisation", "holm", 0.2, 7)
    assert method.smallest_effect == 0.5
    assert found.flags == {"score_precision": "single"}
    assert not found.values.flags.writeable


# ---- refused


@pytest.mark.parametrize(
    ("arguments", "error", "says"),
    [
        ({}, CommandError, "neither was given"),
        ({"dataset": "demo", "qrels": "qrels.txt"}, CommandError, "both were given"),
        ({"dataset": "dmeo"}, UnknownNameError, "'demo'"),
        ({"qrels": "none.txt"}, DatasetError, "none.txt"),
        ({"qrels": "qrels.txt", "measure": "nDGC@10"}, UnknownNameError, "nDCG"),
        ({"qrels": "qrels.txt", "baseline": "aa"}, UnknownNameError, "compared system 'aa'"),
        ({"qrels": "qrels.txt", "test": "wilcoxn"}, UnknownNameError, "wilcoxon"),
        ({"qrels": "qrels.txt", "correction": "bonferroni"}, UnknownNameError, "correction"),
        ({"qrels": "qrels.txt", "test": "t", "correction": "max-t"}, CommandError, "max-t"),
        ({"qrels": "qrels.txt", "alpha": 5}, CommandError, "alpha"),
    ],
)
def test_bad_arguments(
    place: Place,
    qrels: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: dict[str, str],
    error: type,
    says: str,
) -> None:
    monkeypatch.chdir(qrels.parent)
    place("a.txt", at_ranks(1, 2)), place("b.txt", at_ranks(2, 1))
    with pytest.raises(error, match=says):
        compare_runs(["a.txt", "b.txt"], **arguments)  # type: ignore[arg-type]


def test_one_run_is_no_comparison(place: Place, qrels: Path) -> None:
    with pytest.raises(CommandError, match="two runs or more; found 1"):
        compare_runs([place("a.txt", at_ranks(1, 2))], qrels=qrels)


def test_one_query_is_no_sample(place: Place, tmp_path: Path) -> None:
    (tmp_path / "one.txt").write_text("q1 0 r 1\n")
    runs = [place("a.txt", at_ranks(1)), place("b.txt", at_ranks(2))]
    with pytest.raises(harness.HarnessError, match="2 queries"):
        compare_runs(runs, qrels=tmp_path / "one.txt")


def test_the_problems_of_all_runs_come_together(place: Place, qrels: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.txt").write_text("q1 Q0 r 1 high t\n")
    good, strange = place("good.txt", at_ranks(1, 2)), place("strange.txt", {"z1": ["r"]})
    with pytest.raises(RunFileError) as caught:
        compare_runs([good, tmp_path / "bad.txt", tmp_path / "none.txt", strange], qrels=qrels)
    text = str(caught.value)
    assert "3 of 4 runs" in text and "bad.txt:1" in text and "none.txt" in text
    assert "strange.txt answers none of the 5 judged queries" in text and "'q1'" in text


@pytest.mark.parametrize(
    ("cards", "says"),
    [
        ([("demo", None), ("scifact", None)], r"b was made on scifact, not on demo"),
        ([("demo", "test"), ("demo", "dev")], r"b was made on demo \(dev\), not on demo \(test\)"),
    ],
)
def test_runs_of_different_data_sets_are_refused(
    place: Place, qrels: Path, cards: list[tuple[str, str | None]], says: str
) -> None:
    runs = []
    for name, (dataset, split) in zip("ab", cards, strict=True):
        runs.append(place(f"{name}/run.trec.gz", at_ranks(1, 2)))
        card(runs[-1], system=name, dataset=dataset, split=split)
    with pytest.raises(CommandError, match=says):
        compare_runs(runs, qrels=qrels)


def test_a_card_of_another_data_set_than_the_one_named_is_refused(place: Place) -> None:
    a, b = place("a/run.trec.gz", at_ranks(1, 2)), place("b.txt", at_ranks(1, 2))
    card(a, system="a", dataset="scifact")
    with pytest.raises(CommandError, match=r"a was made on scifact, not on demo \(test\)"):
        compare_runs([a, b], dataset="demo")


def test_a_broken_card_is_said(place: Place, qrels: Path) -> None:
    a, b = place("a/run.trec.gz", at_ranks(1, 2)), place("b.txt", at_ranks(1, 2))
    a.with_name("card.yaml").write_text("system: a\n")
    with pytest.raises(SpecError, match=r"card\.yaml"):
        compare_runs([a, b], qrels=qrels)


def test_names_of_no_system(place: Place, qrels: Path) -> None:
    runs = [place("a.txt", at_ranks(1, 2)), place("b.txt", at_ranks(2, 1))]
    found = compare_runs(runs, qrels=qrels, measure="RR")
    calls: list[Callable[[], object]] = [lambda: found.gains("c"), lambda: found.gains("a", "c")]
    for call in calls:
        with pytest.raises(UnknownNameError, match="'c'"):
            call()
    with pytest.raises(CommandError, match="0 or more"):
        found.gains("a", count=-1)
    assert np.array_equal(found.values_of("a"), found.values[0])
