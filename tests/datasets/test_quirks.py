"""Quirks change judgments and rankings in one place, and never their input."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.datasets.dataset import load_dataset
from harness.datasets.quirks import judgments, rankings, read_excluded, without_self_matches
from harness.datasets.spec import Quirks
from harness.errors import DatasetError
from harness.rankings import Run
from harness.records import Qrels
from tests.datasets.test_folder import folder_entry

RUN = Run.from_dict(
    {"q1": {"q1": 3.0, "d1": 2.0, "q2": 1.0}, "q2": {"q2": 1.0}, "q22": {"q2": 2.0, "d1": 1.0}}, "tag"
)


def test_self_matches_go_and_a_query_left_empty_goes_with_them() -> None:
    run = rankings(RUN, Quirks(drop_self_matches=True))
    assert run.to_dict() == {"q1": {"d1": 2.0, "q2": 1.0}, "q22": {"q2": 2.0, "d1": 1.0}}
    assert (run.tag, run.starts.tolist()) == ("tag", [0, 2, 4])
    assert len(RUN) == 6, "the input stays"


def test_nothing_to_drop_gives_the_same_run() -> None:
    assert rankings(RUN, Quirks()) is RUN
    other = Run.from_dict({"a": {"b": 1.0}}, "t")
    assert rankings(other, Quirks(drop_self_matches=True)) is other


def test_excluded_ids_go_for_their_query_alone() -> None:
    quirks = Quirks(excluded_ids="excluded.tsv")
    run = rankings(RUN, quirks, {"q1": frozenset({"d1"}), "absent": frozenset({"q2"})})
    assert run.to_dict()["q1"] == {"q1": 3.0, "q2": 1.0}
    assert run.to_dict()["q22"] == {"q2": 2.0, "d1": 1.0}
    with pytest.raises(DatasetError, match=r"excluded\.tsv"):
        rankings(RUN, quirks)


def test_the_grade_map_replaces_all_grades_at_once() -> None:
    # Cranfield's codes run backwards: 1 is best, 4 least, -1 the source paper (ir_datasets yields them raw).
    raw = Qrels.from_dict({"q": {"a": 1, "b": 2, "c": 3, "d": 4, "e": -1, "f": 0}})
    mapped = judgments(raw, Quirks(grade_map={1: 4, 2: 3, 3: 2, 4: 1, -1: 1}))
    assert mapped.to_dict() == {"q": {"a": 4, "b": 3, "c": 2, "d": 1, "e": 1, "f": 0}}
    assert raw.grades.tolist() == [1, 2, 3, 4, -1, 0], "the input stays"


ids = st.text("ab1é", min_size=1, max_size=3)


@given(st.dictionaries(ids, st.dictionaries(ids, st.floats(0, 1), min_size=1), min_size=1))
def test_self_matches_agree_with_the_plain_rule(scores: dict[str, dict[str, float]]) -> None:
    plain = {q: {d: s for d, s in row.items() if d != q} for q, row in scores.items()}
    expected = Run.from_dict({q: row for q, row in plain.items() if row}, "t")
    found = without_self_matches(Run.from_dict(scores, "t"))
    assert found.to_dict() == expected.to_dict()
    assert np.array_equal(found.starts, expected.starts)


def test_the_protocol_is_applied_through_the_data_set(
    make_folder: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make_folder("tiny")
    (folder / "excluded.tsv").write_text("query-id\tcorpus-id\nq1\td2\nq1\td10\n\nq2\td1\n")
    monkeypatch.setenv("HARNESS_DATA", str(tmp_path))
    quirks = Quirks(excluded_ids="excluded.tsv", grade_map={2: 3}, drop_self_matches=True)
    data = load_dataset("t", {"t": folder_entry(path="tiny", quirks=quirks)})
    assert data.qrels.to_dict()["q1"] == {"d1": 3, "d2": 0}
    run = Run.from_dict({"q1": {"q1": 4.0, "d2": 3.0, "d1": 2.0}, "q2": {"d2": 1.0}}, "t")
    assert data.as_scored(run).to_dict() == {"q1": {"d1": 2.0}, "q2": {"d2": 1.0}}


def test_excluded_ids_are_read_strictly(tmp_path: Path) -> None:
    path = tmp_path / "excluded.tsv"
    path.write_text("q1\td2\n")
    with pytest.raises(DatasetError, match="header"):
        read_excluded(path)
    path.write_text("query-id\tcorpus-id\nq1\nq1 d1 d2\n")
    with pytest.raises(DatasetError) as caught:
        read_excluded(path)
    assert [problem.where for problem in caught.value.problems] == [f"{path}:2", f"{path}:3"]
    with pytest.raises(DatasetError, match="There is no file"):
        read_excluded(tmp_path / "absent.tsv")
