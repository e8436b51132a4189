"""Hundreds of bad uploads: each gets a code; none crashes, publishes, or takes much time or memory."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.leaderboard.grounds import Grounds
from harness.submissions.admission import admit
from harness.submissions.archive import unpack
from harness.submissions.codes import CODES
from harness.submissions.limits import SubmissionLimits
from harness.submissions.receipt import Receipt
from harness.submissions.upload import Upload
from tests.conftest import ROOT
from tests.submissions.bad_inputs import Bad, every_bad_input, good_files, tarred, zipped

ALL = every_bad_input()
MEMORY = 200 * 2**20  # bytes beyond the upload that checking one may take


def hand_in(bad: Bad, folder: Path, record: Path, grounds: Grounds) -> Receipt:
    path, card = bad.write(folder)
    upload = Upload(path=path, card=card)
    return admit(upload, record=record, store=None, actor="eve", dry_run=True, grounds=grounds)


def test_there_are_at_least_300_of_them_with_different_names() -> None:
    assert len(ALL) >= 300 and len({bad.name for bad in ALL}) == len(ALL)


@pytest.mark.parametrize("bad", ALL, ids=lambda bad: bad.name)
def test_every_bad_input_gets_its_code(bad: Bad, tmp_path: Path, record: Path, grounds: Grounds) -> None:
    receipt = hand_in(bad, tmp_path, record, grounds)
    errors = {item.code for item in receipt.every_finding() if item.severity == "error"}
    assert receipt.outcome == "would-refuse"
    assert errors & bad.codes, (errors, [str(item)[:200] for item in receipt.every_finding()][:3])
    assert not list(record.iterdir())
    messages = " ".join(map(str, receipt.every_finding()))
    assert str(tmp_path) not in messages and "harness-submission-" not in messages, "no path of ours"


@pytest.mark.parametrize(
    "name", ["file-gzip-bomb", "file-gzip-of-zeros", "zip-bomb", "tgz-bomb", "card-aliases"]
)
def test_bombs_take_little_memory(name: str, tmp_path: Path, record: Path, grounds: Grounds) -> None:
    bad = next(item for item in ALL if item.name == name)
    path, card = bad.write(tmp_path)
    tracemalloc.start()
    try:
        admit(
            Upload(path=path, card=card), record=record, store=None, actor="e", dry_run=True, grounds=grounds
        )
        assert tracemalloc.get_traced_memory()[1] < MEMORY
    finally:
        tracemalloc.stop()


def test_good_archives_of_every_kind_are_welcome(tmp_path: Path, record: Path, grounds: Grounds) -> None:
    import gzip

    import zstandard

    inside = {f"deep/{name}": content for name, content in good_files().items()}
    whole = tarred(inside)
    kinds = (zipped(inside), whole, gzip.compress(whole), zstandard.ZstdCompressor().compress(whole))
    for number, content in enumerate(kinds):
        path = tmp_path / f"upload-{number}"
        path.write_bytes(content)
        receipt = admit(
            Upload(path=path), record=record, store=None, actor="a", dry_run=True, grounds=grounds
        )
        assert receipt.outcome == "would-publish", [str(item) for item in receipt.every_finding()]


def test_a_folder_with_a_link_is_refused(tmp_path: Path, record: Path, grounds: Grounds) -> None:
    folder = tmp_path / "up"
    folder.mkdir()
    for name, content in good_files().items():
        (folder / name).write_bytes(content)
    (folder / "run.trec").unlink()
    (folder / "run.trec").symlink_to("/etc/passwd")
    receipt = admit(Upload(path=folder), record=record, store=None, actor="e", dry_run=True, grounds=grounds)
    assert {item.code for item in receipt.findings} == {"archive-link"}


def test_the_limits_of_a_submission_are_kept(tmp_path: Path, record: Path, grounds: Grounds) -> None:
    (tmp_path / "a.zip").write_bytes(zipped(good_files()))
    for limits, code in (
        (SubmissionLimits(upload_bytes=10), "upload-too-large"),
        (SubmissionLimits(unpacked_bytes=1000), "archive-too-large"),
        (SubmissionLimits(archive_entries=2), "archive-entries"),
        (SubmissionLimits(ratio=1, ratio_grace=10), "archive-ratio"),
    ):
        receipt = admit(
            Upload(path=tmp_path / "a.zip"),
            record=record,
            store=None,
            actor="e",
            dry_run=True,
            grounds=grounds,
            limits=limits,
        )
        assert {item.code for item in receipt.findings} == {code}


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_change_of_an_archive_crashes_or_leads_out(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    whole = bytearray(data.draw(st.sampled_from([zipped(good_files()), tarred(good_files())])))
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    folder = tmp_path_factory.mktemp("fuzz")
    path, scratch = folder / "upload", folder / "scratch"
    scratch.mkdir()
    path.write_bytes(bytes(whole))
    files, found = unpack(path, "upload", scratch, SubmissionLimits())
    assert all(item.code in CODES for item in found)
    assert all(place.parent == scratch for place in files.values())
    assert {item.name for item in folder.iterdir()} == {"upload", "scratch"}


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=400))
def test_no_bytes_crash_run_card_or_archive(
    content: bytes, tmp_path: Path, record: Path, grounds: Grounds
) -> None:
    for bad in (Bad("r", frozenset(), run=content), Bad("c", frozenset(), card=content)):
        assert not hand_in(bad, tmp_path, record, grounds).ok
    assert not hand_in(Bad("a", frozenset(), archive=content), tmp_path, record, grounds).ok


@pytest.mark.parametrize("code", CODES)
def test_every_code_is_documented_as_it_is(code: str) -> None:
    assert f"| `{code}` | {CODES[code].severity} |" in (ROOT / "docs" / "submitting.md").read_text()
