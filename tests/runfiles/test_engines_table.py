"""Each row of the table of what engines make of odd run files: what this reader makes of it, and where.

Rows where all engines agree are read; rows where one of them changes a score without a word, or refuses, are
refused, but for blank lines and infinite scores: there the engines that read on agree on every value.
"""

from __future__ import annotations

import bz2
import lzma
from pathlib import Path

import pytest

from harness.errors import RunFileError
from harness.runfiles.reader import read_run
from harness.runfiles.validation import validate

GOOD = "q1 Q0 d1 1 2.0 t\nq1 Q0 d2 2 1.0 t\n"
READ = {"q1": {"d1": 2.0, "d2": 1.0}}

REFUSED = {
    "five columns": (GOOD + "q1 Q0 d3 3 0.5\n", "wrong-columns", 3),
    "seven columns": (GOOD + "q1 Q0 d3 3 0.5 my tag\n", "wrong-columns", 3),
    "comment line": ("# made on Monday\n" + GOOD, "comment-line", 1),
    "comment of six words": (GOOD + "# q1 Q0 d3 3 0.5\n", "comment-line", 3),
    "score in words": (GOOD + "q1 Q0 d3 3 high t\n", "text-score", 3),
    "score with underscore": (GOOD + "q1 Q0 d3 3 1_0 t\n", "text-score", 3),
    "score in hexadecimal": (GOOD + "q1 Q0 d3 3 0x10 t\n", "text-score", 3),
    "score with comma": (GOOD + "q1 Q0 d3 3 1,5 t\n", "text-score", 3),
    "NaN": (GOOD + "q1 Q0 d3 3 nan t\n", "nan-score", 3),
    "document twice": (GOOD + "q2 Q0 d1 1 1.0 t\nq1 Q0 d1 3 0.5 t\n", "duplicate-document", 4),
    "byte order mark": ("\ufeff" + GOOD, "byte-order-mark", 1),
    "empty file": ("", "empty", None),
    "only blank lines": ("\n \n", "empty", None),
    "not UTF-8": (GOOD.encode() + b"q1 Q0 d\xe9 3 0.5 t\n", "not-utf8", 3),
    "UTF-16": (GOOD.encode("utf-16-le"), "control-character", 1),
    "UTF-16 with its mark": (b"\xff\xfe" + GOOD.encode("utf-16-le"), "not-utf8", 1),
    "NUL in an id": (GOOD + "q1 Q0 d\0x 3 0.5 t\n", "control-character", 3),
    "escape in an id": (GOOD + "q1 Q0 d\x1bx 3 0.5 t\n", "control-character", 3),
    "line ends of old Macs": (GOOD.replace("\n", "\r"), "wrong-columns", 1),
    "rank and score swapped": (GOOD + "q1 Q0 d3 0.5 3 t\n", "bad-rank", 3),
}

ACCEPTED = {
    "second column not Q0": (GOOD.replace("Q0", "0"), set()),
    "ranks that contradict scores": (
        GOOD.replace("d1 1", "d1 7").replace("d2 2", "d2 3"),
        {"rank-contradicts-score"},
    ),
    "ranks all 0, as BEIR writes them": ("q1 Q0 d2 0 1.0 t\nq1 Q0 d1 0 2.0 t\n", set()),
    "blank line": ("\n" + GOOD + "\n", {"blank-line"}),
    "CRLF": (GOOD.replace("\n", "\r\n"), set()),
    "tabs and many blanks": (GOOD.replace(" ", "\t ").replace("q1", " q1"), set()),
    "vertical tab and form feed": (GOOD.replace(" ", "\v\f"), set()),
    "scientific notation": (GOOD.replace("2.0", "2E0").replace("1.0", "+1000e-3"), set()),
    "no final newline": (GOOD[:-1], set()),
    "signed ranks": (GOOD.replace("d2 2", "d2 +2").replace("d1 1", "d1 -1"), set()),
}


@pytest.mark.parametrize(("content", "code", "line"), REFUSED.values(), ids=REFUSED)
def test_what_engines_disagree_on_is_refused(
    write, content: str | bytes, code: str, line: int | None
) -> None:
    path = write(content)
    found = validate(path)
    assert not found.ok
    assert found.run is None
    assert (code, line) in [(i.code, i.line) for i in found.issues if i.severity == "error"]
    with pytest.raises(RunFileError) as caught:
        read_run(path)
    assert (f"{path}:{line}" if line else str(path)) in [problem.where for problem in caught.value.problems]


@pytest.mark.parametrize(("content", "warnings"), ACCEPTED.values(), ids=ACCEPTED)
def test_what_engines_agree_on_is_read(write, content: str, warnings: set[str]) -> None:
    path = write(content)
    assert read_run(path).to_dict() == READ
    found = validate(path)
    assert found.ok
    assert {issue.code for issue in found.issues} == warnings


def test_interleaved_queries_are_read(write) -> None:
    path = write("q2 Q0 a 1 3 t\nq1 Q0 d1 1 2 t\nq2 Q0 b 2 1 t\nq1 Q0 d2 2 1 t\n")
    assert validate(path).issues == ()
    assert read_run(path).to_dict() == READ | {"q2": {"a": 3.0, "b": 1.0}}


def test_infinite_scores_are_ordered_and_marked(write) -> None:
    path = write(GOOD + "q1 Q0 d3 3 -inf t\nq1 Q0 d4 0 Infinity t\nq1 Q0 d5 0 1e999 t\n")
    found = validate(path)
    assert [(i.code, i.line) for i in found.issues if i.severity == "warning"] == [
        ("infinite-score", 3),
        ("infinite-score", 4),
        ("infinite-score", 5),
    ]
    # Both infinities tie, so the larger id comes first.
    assert list(read_run(path).to_dict()["q1"]) == ["d5", "d4", "d1", "d2", "d3"]


def test_unicode_spaces_belong_to_the_id_and_are_marked(write) -> None:
    path = write(GOOD.replace("d2", "d\u00a02").replace("d1", "d\u30001"))
    assert list(read_run(path).to_dict()["q1"]) == ["d\u30001", "d\u00a02"]
    assert [(i.code, i.line) for i in validate(path).issues] == [("unicode-space", 1), ("unicode-space", 2)]


def test_everything_wrong_is_said_at_once_in_the_order_of_lines(write) -> None:
    path = write(
        "q1 Q0 d1 1 high t\n"
        + GOOD
        + "q1 Q0 d3 3 0.5\n\nq1 Q0 d4 x 0.25 t\nq1 Q0 d4 5 nan t\nq1 Q0 d2 6 0.1 t\n"
    )
    assert [(i.line, i.code, i.query_id) for i in validate(path).issues] == [
        (1, "text-score", "q1"),
        (2, "duplicate-document", "q1"),
        (4, "wrong-columns", None),
        (5, "blank-line", None),
        (6, "bad-rank", "q1"),
        (7, "duplicate-document", "q1"),
        (7, "nan-score", "q1"),
        (8, "duplicate-document", "q1"),
    ]


def test_the_first_fifty_of_many_errors_are_shown_with_their_number(write) -> None:
    path = write("q1 Q0 d1 1 high t\n" * 300)
    with pytest.raises(RunFileError, match="599 errors, the first 50") as caught:  # 300 texts, 299 duplicates
        read_run(path)
    assert len(caught.value.problems) == 50
    issues = validate(path).issues
    assert sum(issue.code == "text-score" for issue in issues) == 101
    assert "There are 300 findings" in next(
        i.message for i in issues if i.code == "text-score" and not i.line
    )


def test_a_ranking_in_ms_marcos_form_is_refused_line_by_line(shared_data: Path) -> None:
    path = shared_data / "trec-dl19-pool" / "malformed" / "repllama-4-columns.txt"
    found = validate(path)
    assert [issue.line for issue in found.issues if issue.line][:3] == [1, 2, 3]
    assert {issue.code for issue in found.issues} == {"wrong-columns"}
    with pytest.raises(RunFileError) as caught:
        read_run(path)
    assert caught.value.problems[2].where == f"{path}:3"
    assert "found 4" in caught.value.problems[2].message


@pytest.mark.parametrize(
    ("text", "code", "advice"),
    [
        ('{"q1": {"d1": 2.0, "d2": 1.0}}\n', "wrong-columns", "looks like JSON; harness.Run.from_dict takes"),
        ('[["q1", "d1", 2.0]]\n', "wrong-columns", "looks like JSON"),
        ("q1,d1,2.0\nq1,d2,1.0\n", "wrong-columns", "looks like CSV"),
        ("q1 Q0 d1 1 2.0 t\rq1 Q0 d2 2 1.0 t\r", "wrong-columns", "end them with a line feed"),
        ("q1 Q0 d1 1 2.0 my tag\r\n", "wrong-columns", "a blank in an id or in the tag?"),
        ("q1 Q0 d1 1 2.0\r\n", "wrong-columns", "Is the tag missing?"),
        ("q1 0 d1 2\nq1 0 d2 0\n", "wrong-columns", "is it a file for --qrels?"),
        ("q1\td1\t1\nq1\td2\t2\n", "wrong-columns", "MS MARCO's form?"),
        ("qid Q0 docno rank score tag\n" + GOOD, "text-score", "If this is a header, remove it"),
        ("q1 Q0 d1 1 2,5 t\n", "text-score", "Write scores with a point"),
    ],
)
def test_what_another_form_looks_like_is_said(tmp_path: Path, text: str, code: str, advice: str) -> None:
    path = tmp_path / "run.txt"
    path.write_text(text, encoding="utf-8", newline="")
    found = [issue.message for issue in validate(path).issues if issue.code == code]
    assert advice in found[0]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (bz2.compress(GOOD.encode()), "a bzip2 file"),
        (lzma.compress(GOOD.encode()), "an xz file"),
        (b"PK\x03\x04\x14\x00\x00\x00\x08\x00\xff\n", "a zip archive"),
        (b"\xff\xfe" + GOOD.encode("utf-16-le"), "looks like UTF-16."),
        (GOOD.encode("utf-16-le"), "looks like UTF-16; save the file as UTF-8"),
        (b"run.txt" + bytes(200) + b"ustar\n", "a tar archive"),
        (b"q1 Q0 d\x071 1 2.0 t\n", "Remove it; ids are printable text"),
    ],
)
def test_another_kind_of_file_is_told_for_what_it_is(tmp_path: Path, data: bytes, says: str) -> None:
    path = tmp_path / "run"
    path.write_bytes(data)
    assert says in validate(path).issues[0].message
