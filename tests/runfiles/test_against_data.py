"""A run file against the queries, documents and judgments of a data set."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from harness.runfiles.validation import Validation, validate

RUN = """\
q2 Q0 d1 1 3 t
q2 Q0 d9 2 2 t
q1 Q0 d1 1 5 t
q1 Q0 q1 2 4 t
q1 Q0 d2 3 3 t
q7 Q0 d8 1 1 t
q1 Q0 d9 4 2 t
"""


def found(issues: Validation, code: str) -> list[tuple[str, int | None, str | None]]:
    return [(i.severity, i.line, i.query_id) for i in issues.issues if i.code == code]


def test_without_a_data_set_nothing_is_unknown(write) -> None:
    result = validate(write(RUN))
    assert result.ok
    assert result.issues == ()


def test_unknown_queries_are_named_once_with_their_first_line(write) -> None:
    result = validate(write(RUN), queries=["q1", "q2", "q3"])
    assert not result.ok
    assert found(result, "unknown-query") == [("error", 6, "q7")]
    assert result.run is not None  # the file itself can be read


def test_each_unknown_document_has_its_line(write) -> None:
    assert found(validate(write(RUN), documents=["d1", "d2", "q1"]), "unknown-document") == [
        ("error", 2, "q2"),
        ("error", 6, "q7"),
        ("error", 7, "q1"),
    ]
    assert found(validate(write(RUN), documents=[]), "unknown-document")[-1] == ("error", 7, "q1")


def test_documents_stream_by_once_and_only_when_asked_for(write) -> None:
    passes = []

    def documents() -> Iterator[str]:
        passes.append(1)
        yield from (f"d{i}" for i in range(50_000))
        yield "q1"

    assert found(validate(write(RUN), documents=documents), "unknown-document") == []
    assert found(validate(write(RUN), documents=documents()), "unknown-document") == []
    assert len(passes) == 2


def test_missing_queries_are_those_judged_or_else_all(write) -> None:
    every = {"q1", "q2", "q3", "q4", "q7"}
    assert found(validate(write(RUN), queries=every), "missing-queries") == [
        ("warning", None, "q3"),
        ("warning", None, "q4"),
    ]
    result = validate(write(RUN), queries=every, judged=["q1", "q4"])
    assert found(result, "missing-queries") == [("warning", None, "q4")]
    assert result.ok


def test_too_deep_names_the_first_line_beyond(write) -> None:
    assert found(validate(write(RUN), depth=4), "too-deep") == []
    assert found(validate(write(RUN), depth=2), "too-deep") == [("error", 5, "q1")]
    assert found(validate(write(RUN), depth=1), "too-deep") == [("error", 2, "q2"), ("error", 4, "q1")]


def test_a_self_match_is_a_warning_or_a_note(write) -> None:
    assert found(validate(write(RUN), queries=["q1", "q2", "q7"]), "self-match") == [("warning", 4, "q1")]
    dropped = validate(write(RUN), queries=["q1", "q2", "q7"], drop_self_matches=True)
    assert found(dropped, "self-match") == [("note", 4, "q1")]
    assert found(validate(write(RUN.replace(" q1 ", " Q1 ")), queries=["q1", "q2", "q7"]), "self-match") == []


def test_rank_contradictions_are_strict(write) -> None:
    # Ranks are compared only where scores differ, and equal ranks contradict nothing.
    fine = "q Q0 a 2 1.0 t\nq Q0 b 1 1.0 t\nq Q0 c 2 0.5 t\n"
    assert found(validate(write(fine)), "rank-contradicts-score") == []
    far = "q Q0 a 3 9 t\nq Q0 b 3 8 t\nq Q0 c 2 7 t\np Q0 a 1 1 t\np Q0 b 2 2 t\n"
    result = validate(write(far))
    assert found(result, "rank-contradicts-score") == [("warning", 3, "q")]
    message = next(i.message for i in result.issues if i.code == "rank-contradicts-score")
    assert "in 2 of 2 queries" in message


@settings(deadline=None)  # writes files
@given(
    st.lists(st.tuples(st.sampled_from("pq"), st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=8)
)
def test_rank_contradictions_are_those_of_all_pairs(rows: list[tuple[str, int, int]]) -> None:
    contradicted = any(a[0] == b[0] and a[1] > b[1] and a[2] > b[2] for a in rows for b in rows)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "run"
        lines = (f"{query} Q0 d{i} {rank} {score} t\n" for i, (query, rank, score) in enumerate(rows))
        path.write_text("".join(lines))
        assert bool(found(validate(path), "rank-contradicts-score")) == contradicted


def test_ties_are_counted_by_pairs(write) -> None:
    # q: 4 documents, 6 pairs, of which {a, b, c} make 3 tied; p: 1 pair, not tied. 3 of 7.
    text = "q Q0 a 1 2 t\nq Q0 b 2 2 t\nq Q0 c 3 2 t\nq Q0 d 4 1 t\np Q0 a 1 2 t\np Q0 b 2 1 t\n"
    issue = next(i for i in validate(write(text)).issues if i.code == "ties")
    assert issue.severity == "note"
    assert "1 of 2 queries" in issue.message
    assert "3 of 7 pairs (42.8571%)" in issue.message


def test_hundreds_of_findings_of_a_kind_are_counted(write) -> None:
    text = "".join(f"q{i} Q0 d{i} 1 1 t\n" for i in range(250))
    result = validate(write(text), queries=["q0"], documents=["d0"])
    assert len(found(result, "unknown-query")) == len(found(result, "unknown-document")) == 101
    assert result.issues[0].line is None
    assert "249 findings" in result.issues[0].message
