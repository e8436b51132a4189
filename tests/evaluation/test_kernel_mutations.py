"""The kernel never accepts what the strict reader refuses, and where it accepts, both see the same run."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from harness.errors import RunFileError
from harness.evaluation.judgments import Judgments
from harness.evaluation.kernel.scoring import hits_of_file
from harness.evaluation.matching import hits_of_run
from harness.records import Qrels
from harness.runfiles.limits import Limits
from harness.runfiles.reader import read_run

GOOD = [
    f"q{q} Q0 d{d} {r} {12 - r * 0.25:.4f} tag\n" for q in (1, 2, 3) for r, d in enumerate(range(q, q + 9), 1)
]
QRELS = Qrels.from_dict({f"q{q}": {f"d{d}": d % 3 - 1 for d in range(12)} for q in (1, 2, 9)})
PIECES = [
    b" ",
    b"\t",
    b"\n",
    b"\r\n",
    b"\r",
    b"\v",
    b"\f",
    b"\0",
    b"\x1f",
    b"\x7f",
    b"\x85",
    b"\xa0",
    b"\xc2\xa0",
    b"\xff",
    b"#",
    b".",
    b"-",
    b"+",
    b"e",
    b"e5",
    b"9" * 30,
    b"0",
    b"1",
    b"nan",
    b"inf",
    b"q1",
    b"\xef\xbb\xbf",
    "é".encode(),
    b"q1 Q0 d1 1 1 t\n",
    b"\n\n",
    b"x" * 70_000,
]


@settings(max_examples=500, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    lines=st.lists(st.sampled_from(GOOD), min_size=1, max_size=8, unique=True),
    changes=st.lists(
        st.tuples(st.integers(0, 10**6), st.sampled_from(PIECES), st.integers(0, 3)), max_size=3
    ),
    cut=st.booleans(),
)
@example(lines=["q1 Q0 d1 1 1.5 t\n", "q2 Q0 d1 1 1.5 t\n"] * 50, changes=[], cut=False)
def test_changed_files(
    lines: list[str],
    changes: list[tuple[int, bytes, int]],
    cut: bool,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    text = "".join(lines).encode()
    for place, piece, removed in changes:
        at = place % (len(text) + 1)
        text = text[:at] + piece + text[at + removed :]
    if cut:
        text = text[:-1]
    path = tmp_path_factory.getbasetemp() / "mutated.txt"
    path.write_bytes(text)
    check_same_as_reader(path)


def check_same_as_reader(path: Path) -> None:
    judgments = Judgments.of(QRELS)
    got = hits_of_file(path, judgments, "double", Limits())
    try:
        run = read_run(path)
    except RunFileError:
        assert got is None, path.read_bytes()[:500]
        return
    if got is not None:
        want = hits_of_run(run, judgments, "double")
        for name in ("returned", "starts", "ranks", "grades", "tie_starts", "tie_sizes", "tied_pairs"):
            assert getattr(got, name).tolist() == getattr(want, name).tolist(), (
                name,
                path.read_bytes()[:500],
            )


def test_random_bytes(tmp_path: Path) -> None:
    chance = random.Random(6)
    for size in (1, 5, 63, 64, 65, 500, 5000):
        for alphabet in (bytes(range(256)), b"q1 \n.", b"1 \n", b"q Q0d1.\t\n"):
            (tmp_path / "noise").write_bytes(bytes(chance.choices(alphabet, k=size)))
            check_same_as_reader(tmp_path / "noise")


def test_a_topic_that_comes_back_a_thousand_times_does_not_overflow(tmp_path: Path) -> None:
    """Each return would add the same hits again."""
    path = tmp_path / "run"
    path.write_text("q1 Q0 d1 1 1.5 t\nq2 Q0 d2 1 1.5 t\n" * 20_000)
    check_same_as_reader(path)
    path.write_text("".join(f"q1 Q0 d{i} 1 1.5 t\nq2 Q0 d{i} 1 1.5 t\n" for i in range(5_000)))
    check_same_as_reader(path)


LONG = "x" * 50
REPEATS = [
    ["q1 Q0 d1 1 2.5 tag", "q1 Q0 d2  2 1.5 tag", "q1 Q0 d3 3 1.25 tag"],
    ["q1\tQ0\td1\t1\t2.5\ttag", "q1\tQ0\td2\t2\t1.5\ttag", "q1 Q0 d3 3 1.25 tag"],
    ["q1 Q0 d1 1 2.5 tag", "q1 Q0 d2 2 1.5 tags", "q1 Q0 d3 3 1.25 tag", "q1 Q0 d4 4 1.25 ta"],
    ["q1 Q0 d1 1 2.5 tag", "q1 Q1 d2 2 1.5 tag", "q1 q0 d3 3 1.25 tag", "q2 Q0 d3 3 1.25 tag"],
    [f"q1 Q0 {LONG}{i} {i} {9 - i}.5 tag" for i in range(1, 8)],
    [f"q1 {LONG}{LONG} d{i} {i} {9 - i}.5 {LONG}{LONG}" for i in range(1, 8)],
    [f"q1 Q0 {'é' * (i % 3)}d{i} {i} {9 - i}.5 tag" for i in range(1, 8)],
    ["q1 Q0 d1 1 2.5 1", "q1 Q0 d2 2 1.5 1", "q1 Q0 d3 3 1 1", "q1 Q0 d4 4 1e-2 1", "q1 Q0 d5 5 -.5 1"],
    ["q1 Q0 d1 1 2.5 tag", "q1 Q0 d2 2 1.5 tag x", "q1 Q0 d3 3 1.25 tag"],
    ["q1 Q0 d1 1 2.5 tag", "q1 Q0  2 1.5 tag", "q1 Q0 d3 3 1.25 tag"],
    ["q1 Q0 d1 1 2.5 tag", "q1 Q0 d2 2 tag", "q1 Q0 d3 3 1.25 tag"],
    ["q1 Q0 d1 1 2.5 tag", "q1 Q0 d1 2 1.5 tag"],
    ["q1 Q0 d1 1 2.5 tag", "q1 Q0 d\x7f 2 1.5 tag"],
    ["q1 Q0 d1 1 2.5 tag", "q1 Q0 d2\r2 1.5 tag"],
    ["q1 Q0 d1 1 2.5 tag\r", "q1 Q0 d2 2 1.5 tag\r", "q1 Q0 d3 3 1.25 tag"],
    [" q1 Q0 d1 1 2.5 tag ", " q1 Q0 d2 2 1.5 tag ", " q1 Q0 d3 3 1.25 tag "],
    ["q1 Q0 d1 1 2.5 tag", "q1 Q0 d2 2 1.5 tag", "q1 Q0 d3 3 1.25"],
]


@pytest.mark.parametrize("lines", REPEATS)
@pytest.mark.parametrize("final", ["\n", ""], ids=["newline", "no newline"])
def test_lines_that_almost_repeat_the_one_before(lines: list[str], final: str, tmp_path: Path) -> None:
    """Such lines must not be read with the shape of the line before them."""
    path = tmp_path / "run"
    path.write_bytes(("\n".join(lines) + final).encode())
    check_same_as_reader(path)
