"""What other engines guess about is refused, by the kernel's way in as well, with the line."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from harness.errors import CommandError, DatasetError, RunFileError
from harness.evaluation.evaluate import evaluate
from harness.evaluation.judgments import Judgments
from harness.evaluation.kernel.scoring import hits_of_file
from harness.evaluation.measure import Measure
from harness.rankings import Run
from harness.records import Qrels
from harness.runfiles.limits import Limits
from tests.evaluation.files import text_qrels

GOOD = "q1 Q0 dA 1 3 t\n"
MALFORMED = {
    "NaN": ("q1 Q0 dB 2 nan t\n", 2),
    "text score": ("q1 Q0 dB 2 abc t\n", 2),
    "comma": ("q1 Q0 dB 2 1,5 t\n", 2),
    "hexadecimal": ("q1 Q0 dB 2 0x10 t\n", 2),
    "underscore": ("q1 Q0 dB 2 1_0 t\n", 2),
    "two points": ("q1 Q0 dB 2 1.2.3 t\n", 2),
    "only a point": ("q1 Q0 dB 2 . t\n", 2),
    "only a sign": ("q1 Q0 dB 2 - t\n", 2),
    "bare exponent": ("q1 Q0 dB 2 1e t\n", 2),
    "exponent without mantissa": ("q1 Q0 dB 2 e5 t\n", 2),
    "letter in a long number": ("q1 Q0 dB 2 1.2345678x t\n", 2),
    "high byte in a number": ("q1 Q0 dB 2 1.234567é t\n", 2),
    "duplicate": ("q1 Q0 dA 2 1 t\n", 2),
    "duplicate in a topic without judgments": ("q7 Q0 d 1 2 t\nq7 Q0 d 2 1 t\n", 3),
    "duplicate across interleaved topics": ("q2 Q0 d 1 2 t\nq1 Q0 dA 2 1 t\n", 3),
    "five columns": ("q1 Q0 dB 2 1\n", 2),
    "seven columns": ("q1 Q0 dB 2 1 t x\n", 2),
    "five and seven columns": ("q1 Q0 dB 2 1\nq1 Q0 dC 3 1 t x\n", 2),
    "text rank": ("q1 Q0 dB two 1 t\n", 2),
    "comment": ("# q1 Q0 dB 2 1\n", 2),
    "comment of six words": ("#q1 Q0 dB 2 1 t\n", 2),
    "NUL": ("q1 Q0 d\0B 2 1 t\n", 2),
    "control character": ("q1 Q0 d\x1cB 2 1 t\n", 2),
    "delete character": ("q1 Q0 d\x7fB 2 1 t\n", 2),
    "not UTF-8": (b"q1 Q0 d\xff\xfe 2 1 t\n", 2),
}


@pytest.mark.parametrize("line, number", MALFORMED.values(), ids=MALFORMED)
def test_a_malformed_line_is_refused_with_its_number(line: str | bytes, number: int, tmp_path: Path) -> None:
    path = tmp_path / "run.txt"
    path.write_bytes(GOOD.encode() + (line if isinstance(line, bytes) else line.encode()))
    judgments = Judgments.of(text_qrels("q1 dA1"))
    assert hits_of_file(path, judgments, "double", Limits()) is None
    with pytest.raises(RunFileError) as caught:
        evaluate(path, judgments, ["nDCG@10"])
    assert any(problem.where == f"{path}:{number}" for problem in caught.value.problems), caught.value


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n",
        b"\xef\xbb\xbfq1 Q0 dA 1 3 t\n",
        gzip.compress(GOOD.encode() * 1000)[:-20],
        b"\x1f\x8bnonsense",
    ],
    ids=["empty", "blank", "byte order mark", "truncated gzip", "not gzip after all"],
)
def test_a_file_that_is_no_run_is_refused(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "run.txt"
    path.write_bytes(data)
    judgments = Judgments.of(text_qrels("q1 dA1"))
    assert hits_of_file(path, judgments, "double", Limits()) is None
    with pytest.raises(RunFileError):
        evaluate(path, judgments, ["nDCG@10"])


def test_an_absent_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(RunFileError, match=r"absent\.txt"):
        evaluate(tmp_path / "absent.txt", text_qrels("q1 dA1"), ["nDCG@10"])
    with pytest.raises(RunFileError):
        evaluate(tmp_path, text_qrels("q1 dA1"), ["nDCG@10"])


def test_limits_hold_in_the_kernel_too(tmp_path: Path) -> None:
    judgments = Judgments.of(text_qrels("q1 dA1"))
    path = tmp_path / "run.txt"
    path.write_text("".join(f"q1 Q0 d{i} 1 {100 - i} t\n" for i in range(100)))
    assert hits_of_file(path, judgments, "double", Limits()) is not None
    for limits in (Limits(file_bytes=100), Limits(text_bytes=100), Limits(line_bytes=10), Limits(lines=50)):
        assert hits_of_file(path, judgments, "double", limits) is None
    bomb = tmp_path / "bomb.gz"
    bomb.write_bytes(gzip.compress("".join(f"q1 Q0 d{i} 1 1 t\n" for i in range(10**5)).encode()))
    assert hits_of_file(bomb, judgments, "double", Limits()) is not None
    assert hits_of_file(bomb, judgments, "double", Limits(ratio=2, ratio_grace=1000)) is None


def test_empty_judgments_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "run.txt"
    path.write_text(GOOD)
    with pytest.raises(DatasetError):
        evaluate(path, Qrels.from_dict({}), ["nDCG@10"])


def test_bad_questions_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "run.txt"
    path.write_text(GOOD)
    with pytest.raises(CommandError):
        evaluate(path, text_qrels("q1 dA1"), [])
    with pytest.raises(CommandError):
        evaluate(path, text_qrels("q1 dA1"), [Measure("AP")], score_precision="float32")


def test_a_grade_beyond_what_exponential_gain_can_hold_is_refused() -> None:
    run, qrels = Run.from_dict({"q": {"a": 2.0, "b": 1.0}}, "t"), Qrels.from_dict({"q": {"a": 1, "b": 2000}})
    with pytest.raises(DatasetError, match="up to 1000; found 2000"):
        evaluate(run, qrels, ["nDCG(dcg='exp-log2')@10"])
    assert evaluate(run, qrels, ["nDCG@10"]).means()["nDCG@10"] < 1


def test_a_grade_above_the_scale_of_err_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "run.txt"
    path.write_text(GOOD)
    with pytest.raises(DatasetError, match=r"ERR\(max_rel=5\)"):
        evaluate(path, text_qrels("q1 dA5"), ["ERR@20"])
    assert evaluate(path, text_qrels("q1 dA5"), ["ERR(max_rel=5)@20"]).means() == {
        "ERR(max_rel=5)@20": 31 / 32
    }
