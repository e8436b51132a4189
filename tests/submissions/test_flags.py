"""Duplicates and suspicion: what is noticed, what is not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import yaml

from harness.demonstration import baselines_folder
from harness.leaderboard.grounds import Grounds
from harness.rankings import Run
from harness.submissions.admission import admit
from harness.submissions.flags import FLAGS, PATTERNS
from harness.submissions.overlap import of_rankings, rank_biased_overlap
from harness.submissions.receipt import Receipt
from harness.submissions.upload import Upload
from tests.conftest import ROOT
from tests.submissions.conftest import Submit
from tests.submissions.making import DOCUMENTS, QUERIES, card, judged, ranking, run_text, write_pair

FALLING = np.array([3.0, 2.0, 1.0])


def hand_in(text: str, folder: Path, record: Path, grounds: Grounds, system: str = "odd") -> Receipt:
    folder.mkdir(exist_ok=True)
    (folder / "run").write_text(text)
    (folder / "card.yaml").write_text(yaml.safe_dump(card(system)))
    upload = Upload(path=folder / "run", card=folder / "card.yaml")
    return admit(upload, record=record, store=None, actor=system, grounds=grounds)


def flags(receipt: Receipt) -> set[str]:
    return {flag.code for entry in receipt.entries for flag in entry.flags}


def ideal(scored: str = "rank") -> str:
    """Every query's documents by grade, then others; scored by rank or by grade."""
    lines = []
    for query, grades in judged().items():
        best = sorted(grades, key=lambda name: -grades[name])
        others = [name for name in DOCUMENTS if name not in grades][:7]
        for rank, name in enumerate([*best, *others], start=1):
            score = 20 - rank if scored == "rank" else grades.get(name, -rank)
            lines.append(f"{query} Q0 {name} {rank} {score} oracle\n")
    return "".join(lines)


def test_a_perfect_run_waits_for_a_curator(tmp_path: Path, record: Path, grounds: Grounds) -> None:
    receipt = hand_in(ideal(), tmp_path / "u", record, grounds)
    assert receipt.outcome == "held" and flags(receipt) == {"perfect"}


def test_scores_that_are_grades_are_noticed(tmp_path: Path, record: Path, grounds: Grounds) -> None:
    assert "scores-are-grades" in flags(hand_in(ideal("grade"), tmp_path / "u", record, grounds))


def test_relevant_documents_at_the_top_in_a_wrong_order_are_noticed(
    tmp_path: Path, record: Path, grounds: Grounds
) -> None:
    swapped = {}
    for query, grades in judged().items():
        best = sorted((name for name in grades if grades[name]), key=lambda name: grades[name])
        swapped[query] = [*best, *[name for name in DOCUMENTS if name not in grades][:8]]
    assert flags(hand_in(run_text(swapped), tmp_path / "u", record, grounds)) == {"oracle-top"}


def test_a_run_of_judged_documents_alone_is_noticed(
    tmp_path: Path, record: Path, grounds: Grounds, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("harness.submissions.patterns.MIN_DEPTH", 3)  # the tiny set has three for each query
    worst_first = {query: sorted(grades, key=lambda name: grades[name]) for query, grades in judged().items()}
    assert flags(hand_in(run_text(worst_first), tmp_path / "u", record, grounds)) == {"only-judged"}


def test_ties_that_the_order_of_ids_resolves_well_are_shown(
    tmp_path: Path, record: Path, grounds: Grounds
) -> None:
    lines = []
    for query, grades in judged().items():
        best = max(grades, key=lambda name: grades[name])
        lower = [name for name in DOCUMENTS if name < best and name not in grades][:5]
        lines += [f"{query} Q0 {name} 1 1.0 tied\n" for name in [*lower, best]]
    receipt = hand_in("".join(lines), tmp_path / "u", record, grounds)
    assert "ties-favour-ids" in flags(receipt)
    assert receipt.outcome == "published", "a mild flag is shown beside the run"


def test_honest_runs_have_no_flag(submit: Submit) -> None:
    for seed in range(3):
        assert flags(submit(seed, f"system-{seed}")) == set()


def test_the_baselines_on_the_demo_collection_have_no_flag_that_holds(record: Path) -> None:
    own = Grounds()
    for folder in sorted((ROOT / "runs" / "demo").iterdir()):
        told = yaml.safe_load((folder / "card.yaml").read_text())
        more = card(dataset="demo")
        whole = told | {key: value for key, value in more.items() if key not in told}
        path = record.parent / "card.yaml"
        path.write_text(yaml.safe_dump(whole))
        upload = Upload(path=folder / "run.trec.gz", card=path)
        receipt = admit(upload, record=record, store=None, actor="us", dry_run=True, grounds=own)
        assert receipt.outcome == "would-publish", (folder.name, flags(receipt))
    assert baselines_folder().is_dir()


def test_the_very_run_of_another_system_is_held(
    tmp_path: Path, record: Path, store: str, submit: Submit
) -> None:
    submit(1, "first", actor="ada")
    run, told = write_pair(tmp_path / "copy", 1, "first")
    told.write_text(yaml.safe_dump(card("second")))
    for kept in (store, None):
        receipt = admit(Upload(path=run, card=told), record=record, store=kept, actor="eve", dry_run=True)
        assert receipt.outcome == "would-hold" and flags(receipt) == {"same-run"}
        assert [twin.system for twin in receipt.entries[0].duplicates] == ["first"]


def test_a_copy_with_other_scores_and_tag_is_named(
    tmp_path: Path, record: Path, store: str, submit: Submit
) -> None:
    submit(1, "first")
    text = run_text(ranking(1), tag="mine").replace(" 99 ", " 990.5 ")
    folder = tmp_path / "copy"
    folder.mkdir()
    (folder / "run").write_text(text)
    (folder / "card.yaml").write_text(yaml.safe_dump(card("second")))
    upload = Upload(path=folder / "run", card=folder / "card.yaml")
    for kept in (store, None):
        receipt = admit(upload, record=record, store=kept, actor="eve", dry_run=True)
        assert receipt.outcome == "would-publish"
        assert [(twin.kind, twin.system) for twin in receipt.entries[0].duplicates] == [
            ("same-scores", "first")
        ]


def test_a_nearly_equal_ranking_is_named_with_its_overlap(
    tmp_path: Path, record: Path, grounds: Grounds
) -> None:
    first = ranking(1, depth=30)
    relevant = max(judged()["q00"], key=lambda name: judged()["q00"][name])
    first["q00"] = [*[name for name in first["q00"] if name != relevant][:28], relevant]
    first["q00"].append(next(name for name in DOCUMENTS if name not in first["q00"]))
    near = {query: list(names) for query, names in first.items()}
    near["q00"][-2:] = reversed(near["q00"][-2:])
    assert hand_in(run_text(first, "first"), tmp_path / "a", record, grounds, "first").ok
    receipt = hand_in(run_text(near, "near"), tmp_path / "b", record, grounds, "near")
    (twin,) = receipt.entries[0].duplicates
    assert (twin.kind, twin.system) == ("near-copy", "first")
    assert 0.999 <= twin.similarity < 1
    assert receipt.outcome == "published" and flags(receipt) == {"near-copy"}


def test_a_newer_version_is_no_duplicate_of_the_older_one(submit: Submit) -> None:
    submit(1, "mine")
    assert submit(2, "mine").entries[0].duplicates == ()


def overlap(one: list[str], other: list[str], one_scores: object = None, **more: float) -> float:
    scores = FALLING[: len(one)] if one_scores is None else np.array(one_scores)
    return of_rankings(one, scores, other, FALLING[: len(other)], **more)  # type: ignore[arg-type]


def test_overlap_by_hand() -> None:
    assert overlap(["a", "b", "c"], ["a", "b", "c"]) == pytest.approx(1.0, abs=1e-15)
    assert overlap(["a", "b"], ["c", "d"]) == 0.0
    # agreement is 0 at rank 1 and 1 at rank 2: (1 - p) p + p^2 = p with p = 0.9
    assert overlap(["a", "b"], ["b", "a"]) == pytest.approx(0.9, abs=1e-15)
    # 1, then 1/2: (1 - p) (1 + p / 2) + p^2 / 2 = 0.1 * 1.45 + 0.405
    assert overlap(["a", "b"], ["a", "c"]) == pytest.approx(0.55, abs=1e-15)
    # a and b tied, so both enter at rank 1: 2 * 1 / (2 + 1), then 1
    assert overlap(["a", "b"], ["b", "a"], [1.0, 1.0]) == pytest.approx(0.1 * (2 / 3 + 0.9) + 0.81, abs=1e-15)


def test_overlap_of_runs_counts_queries_that_only_one_answers() -> None:
    one = Run.from_dict({"1": {"a": 2.0, "b": 1.0}, "2": {"a": 1.0}}, "t")
    other = Run.from_dict({"1": {"a": 2.0, "b": 1.0}}, "t")
    assert rank_biased_overlap(one, other) == pytest.approx(0.5)
    assert rank_biased_overlap(one, one) == pytest.approx(1.0)


def test_every_pattern_is_in_the_table_and_documented() -> None:
    page = (ROOT / "docs" / "submitting.md").read_text()
    for code, kind in FLAGS.items():
        assert f"| `{code}` | {'yes' if kind.holds else 'no'} |" in page
    assert all(callable(PATTERNS[code]) for code in PATTERNS)
    assert len(QUERIES) == 12
