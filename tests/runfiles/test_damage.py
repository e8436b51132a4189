"""Damaged, hostile and missing files."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
import zstandard

from harness.errors import RunFileError
from harness.runfiles.limits import Limits
from harness.runfiles.reader import read_run
from harness.runfiles.validation import validate
from harness.runfiles.writer import run_sha256

GOOD = b"".join(b"q%d Q0 d%d %d %d.5 t\n" % (q, d, d, 1000 - d) for q in range(20) for d in range(1, 500))


def zstd(content: bytes) -> bytes:
    return zstandard.ZstdCompressor(write_checksum=True).compress(content)


DEFAULT = Limits()
PACKERS = {"gzip": gzip.compress, "zstd": zstd}


def only_issue(path: Path, limits: Limits = DEFAULT) -> tuple[str, int | None]:
    found = validate(path, limits=limits)
    assert found.run is None
    with pytest.raises(RunFileError):
        read_run(path, limits=limits)
    errors = {(issue.code, issue.line) for issue in found.issues if issue.severity == "error"}
    assert len(errors) == 1
    return errors.pop()


@pytest.mark.parametrize("pack", PACKERS.values(), ids=PACKERS)
def test_compression_is_told_by_content_not_by_name(write, pack) -> None:
    assert len(read_run(write(pack(GOOD), "run.txt"))) == 20 * 499
    assert len(read_run(write(GOOD, "run.gz"))) == 20 * 499


@pytest.mark.parametrize("pack", PACKERS.values(), ids=PACKERS)
def test_members_one_after_another_are_one_text(write, pack) -> None:
    assert len(read_run(write(pack(GOOD[:5000]) + pack(GOOD[5000:])))) == 20 * 499


@pytest.mark.parametrize("share", [0.001, 0.1, 0.5, 0.9, 0.9999])
@pytest.mark.parametrize("pack", PACKERS.values(), ids=PACKERS)
def test_a_file_that_is_cut_off_is_never_read_as_a_shorter_run(write, pack, share: float) -> None:
    whole = pack(GOOD)
    path = write(whole[: max(4, int(len(whole) * share))])
    assert "truncated" in {issue.code for issue in validate(path).issues if issue.severity == "error"}
    with pytest.raises(RunFileError, match="cut off or damaged"):
        read_run(path)


@pytest.mark.parametrize("pack", PACKERS.values(), ids=PACKERS)
def test_a_flipped_bit_never_changes_a_score(write, pack) -> None:
    """Some bits of a frame say nothing about its content; every other flip must be refused."""
    identity, refused = run_sha256(read_run(write(GOOD))), 0
    places = [*range(20, len(pack(GOOD)), 501), -6, -2]
    for place in places:
        whole = bytearray(pack(GOOD))
        whole[place] ^= 0x10
        try:
            assert run_sha256(read_run(write(bytes(whole)))) == identity
        except RunFileError:
            refused += 1
    assert refused >= 0.8 * len(places)


@pytest.mark.parametrize("pack", PACKERS.values(), ids=PACKERS)
def test_a_bomb_is_stopped(write, pack) -> None:
    line = b"q Q0 d 1 1 t\n" * 80_000  # about a megabyte
    path = write(pack(line) * 300)  # members after one another: a few hundred KB, 300 MB of text
    assert path.stat().st_size < 2**20
    code, _ = only_issue(path)
    assert code == "too-large"


def test_each_limit_can_be_set(write) -> None:
    path = write(GOOD)
    assert only_issue(path, Limits(file_bytes=1000)) == ("too-large", None)
    assert only_issue(path, Limits(text_bytes=1000))[0] == "too-large"
    assert only_issue(path, Limits(lines=100)) == ("too-large", 101)
    assert only_issue(path, Limits(line_bytes=15))[0] == "too-large"
    packed = write(gzip.compress(GOOD), "packed")
    assert only_issue(packed, Limits(ratio=2, ratio_grace=10))[0] == "too-large"
    assert len(read_run(packed, limits=Limits(ratio=2))) == 20 * 499


def test_a_limit_that_is_just_met_is_not_exceeded(write) -> None:
    limits = Limits(
        file_bytes=len(GOOD),
        text_bytes=len(GOOD),
        lines=20 * 499,
        line_bytes=max(map(len, GOOD.splitlines())),
    )
    assert len(read_run(write(GOOD), limits=limits)) == 20 * 499


def test_a_long_line_is_named_and_the_rest_still_checked(write) -> None:
    path = write(b"q1 Q0 d1 1 2 t\n" + b"x" * 100_000 + b" Q0 d 1 1 t\nq1 Q0 d1 3 high t\n")
    assert {(issue.code, issue.line) for issue in validate(path).issues} == {
        ("too-large", 2),
        ("text-score", 3),
        ("duplicate-document", 3),
    }


def test_a_file_without_line_ends_is_stopped_at_the_first_block(write) -> None:
    assert only_issue(write(b"x" * 30_000_000)) == ("too-large", 1)


def test_random_bytes_are_findings_not_a_crash(write) -> None:
    found = validate(write(bytes(range(256)) * 4000))
    assert found.run is None
    assert {"not-utf8", "control-character"} <= {issue.code for issue in found.issues}


def test_a_missing_file_and_a_folder_are_our_errors(tmp_path: Path) -> None:
    for function in (read_run, validate):
        with pytest.raises(RunFileError, match="There is no run file"):
            function(tmp_path / "absent")
        with pytest.raises(RunFileError, match="is a folder, not a run file"):
            function(tmp_path)
        with pytest.raises(RunFileError, match="cannot be read"):
            function(tmp_path / ("x" * 5000))  # the system refuses such a name


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_our_error(write) -> None:
    path = write(GOOD)
    path.chmod(0)
    with pytest.raises(RunFileError, match="cannot be read"):
        read_run(path)


WRITER = """
import sys
from pathlib import Path
from harness.rankings import Run
from harness.runfiles.writer import write_run
run = Run.from_dict({f"q{q}": {f"new{d}": d / 7 for d in range(1000)} for q in range(100)}, "new")
print("ready", flush=True)
while True:
    write_run(run, Path(sys.argv[1]))
"""


@pytest.mark.parametrize("name", ["run.trec", "run.trec.gz"])
def test_kill_9_in_the_middle_of_a_write_leaves_a_whole_file(tmp_path: Path, root: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(GOOD)
    old, tags = read_run(path), set()
    for delay in (0.0, 0.01, 0.03, 0.08, 0.15, 0.3):
        path.write_bytes(GOOD)
        child = subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, cwd=root)
        with child:
            assert child.stdout is not None
            assert child.stdout.readline() == b"ready\n"
            time.sleep(delay)
            child.kill()
        found = read_run(path)  # raises if the file is half of anything
        assert len(found) == (len(old) if found.tag == "t" else 100_000)
        tags.add(found.tag)
    assert "t" in tags  # at least once the write was under way and the old file stood
