"""What is written is read back, and the same run is the same bytes."""

from __future__ import annotations

import gzip
import hashlib
import random
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.errors import HarnessError, RunFileError
from harness.rankings import Run
from harness.runfiles import blocks
from harness.runfiles.reader import read_run
from harness.runfiles.validation import validate
from harness.runfiles.writer import canonical_text, run_sha256, write_run

ids = st.text(
    st.characters(min_codepoint=0x21, exclude_characters="\x7f", exclude_categories=["Cs"]), min_size=1
)
query_ids = ids.filter(lambda text: not text.startswith(("#", "\ufeff")))
scores = st.floats(allow_nan=False)
rankings = st.dictionaries(
    query_ids, st.dictionaries(ids, scores, min_size=1, max_size=8), min_size=1, max_size=5
)


def parts(run: Run) -> tuple[object, ...]:
    return run.queries, run.starts.tolist(), run.documents, run.scores.tobytes(), run.tag


def text_of(run: Run) -> bytes:
    return b"".join(canonical_text(run))


@settings(deadline=None)  # writes files
@given(rankings, ids, st.sampled_from(["run.trec", "run.trec.gz", "run.trec.zst"]))
def test_a_written_run_is_read_back_to_the_last_bit(content, tag: str, name: str) -> None:
    run = Run.from_dict(content, tag)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        write_run(run, path)
        again = read_run(path)
        assert parts(again) == parts(run)
        assert text_of(again) == text_of(run)
        assert run_sha256(again) == hashlib.sha256(text_of(run)).hexdigest()
        assert validate(path).ok


@settings(deadline=None)  # writes files
@given(rankings, st.randoms(use_true_random=False))
def test_the_order_of_lines_does_not_matter(content, shuffler: random.Random) -> None:
    run = Run.from_dict(content, "t")
    lines = text_of(run).split(b"\n")[:-1]
    shuffler.shuffle(lines)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "shuffled"
        path.write_bytes(b"\n".join(lines))
        assert parts(read_run(path)) == parts(run)
        assert run_sha256(read_run(path)) == run_sha256(run)


@settings(deadline=None)  # writes files
@given(
    st.binary(max_size=400) | st.text(alphabet="q1 Qd\t\n#.enaif-\r\v\0\u00a0é", max_size=300).map(str.encode)
)
def test_whatever_the_bytes_only_our_own_errors_come_out(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for name, data in {
            "plain": content,
            "packed": gzip.compress(content)[:-1],
            "magic": b"\x28\xb5\x2f\xfd" + content,
        }.items():
            path = Path(folder) / name
            path.write_bytes(data)
            found = validate(path, queries=["q1"], documents=["d"], depth=1)
            try:
                run = read_run(path)
            except HarnessError:
                assert not found.ok
                assert found.run is None
            else:
                assert found.run is not None
                assert text_of(found.run) == text_of(run)


def test_the_text_is_what_the_format_page_says() -> None:
    run = Run.from_dict(
        {"q2": {"a": 3.0, "b": 3.0, "é": 1e-5}, "q10": {"x": -0.0, "y": 1.5e16, "z": float("-inf")}}, "tag"
    )
    # q10 before q2 in bytes; of the tied documents the larger id first; 3.0, not 3; -0.0 equals 0.0.
    assert text_of(run).decode() == (
        "q10 Q0 y 1 1.5e+16 tag\nq10 Q0 x 2 0.0 tag\nq10 Q0 z 3 -inf tag\n"
        "q2 Q0 b 1 3.0 tag\nq2 Q0 a 2 3.0 tag\nq2 Q0 é 3 1e-05 tag\n"
    )


def test_gzip_files_of_the_same_run_are_equal(tmp_path: Path) -> None:
    run = Run.from_dict({"q": {f"d{i}": i / 7 for i in range(1000)}}, "t")
    write_run(run, tmp_path / "a.gz")
    write_run(run, tmp_path / "b.gz")
    assert (tmp_path / "a.gz").read_bytes() == (tmp_path / "b.gz").read_bytes()
    assert gzip.decompress((tmp_path / "a.gz").read_bytes()) == text_of(run)


def test_the_tag_is_part_of_the_identity() -> None:
    assert run_sha256(Run.from_dict({"q": {"d": 1.0}}, "a")) != run_sha256(
        Run.from_dict({"q": {"d": 1.0}}, "b")
    )


@pytest.mark.parametrize(
    ("content", "tag", "where"),
    [
        ({"q 1": {"d": 1.0}}, "t", "query 'q 1'"),
        ({"q": {"d\t1": 1.0}}, "t", "document 'd\\t1'"),
        ({"q": {"d\x00": 1.0}}, "t", "document 'd\\x00'"),
        ({"q": {"d\x85": 1.0, "": 0.5}}, "t", "document number 2"),
        ({"q": {"d": 1.0}}, "my tag", "tag 'my tag'"),
        ({"q": {"d": 1.0}}, "", "tag number 1"),
        ({"#q": {"d": 1.0}}, "t", "query '#q'"),
        ({"\ufeffq": {"d": 1.0}}, "t", "query '\\ufeffq'"),
        ({"q": {"d" * 70_000: 1.0}}, "t", "run"),
    ],
)
def test_what_six_columns_cannot_carry_is_not_written(tmp_path: Path, content, tag: str, where: str) -> None:
    path = tmp_path / "run.trec"
    with pytest.raises(RunFileError) as caught:
        write_run(Run.from_dict(content, tag), path)
    assert [problem.where for problem in caught.value.problems] == [where]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [{}, {"q": {}}])
def test_an_empty_run_is_not_written(tmp_path: Path, content) -> None:
    with pytest.raises(RunFileError, match="without a single ranked document"):
        write_run(Run.from_dict(content, "t"), tmp_path / "run.trec")
    with pytest.raises(RunFileError):
        run_sha256(Run.from_dict(content, "t"))


def test_several_tags_become_the_most_frequent(write) -> None:
    lines = ["q Q0 a 1 3 x\n", "q Q0 b 2 2 y\n", "q Q0 c 3 1 y\n"]
    assert read_run(write("".join(lines))).tag == read_run(write("".join(lines[::-1]))).tag == "y"
    found = validate(write("".join(lines)))
    assert [(issue.code, issue.line) for issue in found.issues] == [("mixed-tags", 2)]


@pytest.mark.parametrize("size", [1, 7, 64, 1000])
def test_blocks_may_end_anywhere(write, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    good = "".join(f"q{i % 3}é Q0 dö{i} {100 - i} {i / 3!r} t\r\n" for i in range(100))
    path = write(good + "bad line\n\nq9 Q0 d 1 x t")
    monkeypatch.setattr(blocks, "BLOCK_BYTES", size)
    assert [(issue.code, issue.line) for issue in validate(path).issues] == [
        ("wrong-columns", 101),
        ("blank-line", 102),
        ("text-score", 103),
    ]
    assert read_run(write(good)).to_dict()["q1é"]["dö97"] == 97 / 3
