"""The chain: any edit, deletion, insertion or reordering is found; a torn end is recognised and mended."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.errors import CommandError, StoreError, UnknownNameError
from harness.ledger.chain import LEDGER_NAME, verify
from harness.ledger.event import KINDS, NO_HASH, Draft, make_event, parse_event
from harness.ledger.ledger import append, head, read_events, writing
from harness.ledger.moment import parse_moment

SHA = "ab" * 32
TIME = "2026-01-01T00:00:00.000000Z"


def lines(count: int) -> list[bytes]:
    """A whole ledger of some events."""
    made: list[bytes] = []
    before = NO_HASH
    for number in range(1, count + 1):
        draft = Draft("curated", f"actor-{number % 3}", "demo", "bm25", SHA, f"ünote {number}", {"n": number})
        event = make_event(draft, number=number, time=TIME, before=before)
        made.append(event.line())
        before = event.hash
    return made


def store(folder: Path, content: bytes) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / LEDGER_NAME).write_bytes(content)
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("ledger")


def test_what_was_appended_is_read_back_and_whole(tmp_path: Path) -> None:
    made = [append(tmp_path, Draft("curated", "me", "demo", "x", SHA, f"why {n}")) for n in range(3)]
    assert list(read_events(tmp_path)) == made
    assert [event.number for event in made] == [1, 2, 3]
    assert [event.before for event in made] == [NO_HASH, made[0].hash, made[1].hash]
    found = verify(tmp_path, head=made[0].hash)
    assert found.ok and found.head == made[-1].hash == head(tmp_path)


@settings(max_examples=150, deadline=None)
@given(data=st.data(), count=st.integers(1, 6))
def test_any_changed_byte_is_found(folder: Path, data: st.DataObject, count: int) -> None:
    whole = b"".join(lines(count))
    at = data.draw(
        st.integers(0, len(whole) - 2)
    )  # the last newline is another test: without it the end is torn
    byte = data.draw(st.integers(0, 255).filter(lambda value: value != whole[at]))
    found = verify(store(folder, whole[:at] + bytes([byte]) + whole[at + 1 :]))
    line = whole[:at].count(b"\n") + 1
    assert not found.ok
    assert any(problem.where.endswith(f":{line}") for problem in found.problems), "the line is named"
    assert len(found.events) < count or found.events[-1].line() not in whole


@settings(max_examples=100, deadline=None)
@given(data=st.data(), count=st.integers(2, 8))
def test_any_deletion_swap_or_insertion_of_lines_is_found(
    folder: Path, data: st.DataObject, count: int
) -> None:
    whole = lines(count)
    kind = data.draw(st.sampled_from(["delete", "swap", "insert", "repeat"]))
    one = data.draw(st.integers(0, count - 2))
    other = data.draw(st.integers(one + 1, count - 1))
    changed = list(whole)
    if kind == "delete":
        del changed[one]  # never the last one: that is a cut, which needs the head
    elif kind == "swap":
        changed[one], changed[other] = changed[other], changed[one]
    elif kind == "repeat":
        changed.insert(other, whole[one])
    else:
        forged = make_event(Draft("curated", "eve"), number=one + 1, time=TIME, before=NO_HASH)
        changed.insert(one, forged.line())
    assert not verify(store(folder, b"".join(changed))).ok


@settings(max_examples=60, deadline=None)
@given(count=st.integers(1, 8), data=st.data())
def test_a_cut_at_the_end_is_found_with_the_head(folder: Path, count: int, data: st.DataObject) -> None:
    whole = lines(count)
    kept = data.draw(st.integers(0, count - 1))
    store(folder, b"".join(whole[:kept]))
    last = json.loads(whole[-1])["hash"]
    assert verify(folder).ok, "a shorter chain is a chain"
    assert not verify(folder, head=last).ok
    assert verify(store(folder, b"".join(whole)), head=last[:12]).ok


@settings(max_examples=60, deadline=None)
@given(count=st.integers(1, 5), data=st.data())
def test_a_torn_end_is_told_left_out_and_mended(folder: Path, count: int, data: st.DataObject) -> None:
    whole = lines(count)
    torn = whole[-1][: data.draw(st.integers(1, len(whole[-1]) - 1))]
    store(folder, b"".join(whole[:-1]) + torn)
    found = verify(folder)
    assert found.ok and found.torn == len(torn)
    assert len(read_events(folder)) == count - 1
    event = append(folder, Draft("curated", "me"))
    assert verify(folder).ok and verify(folder).torn == 0
    repaired = read_events(folder)[-2]
    assert (repaired.kind, repaired.details["bytes"]) == ("repaired", len(torn))
    assert event.before == repaired.hash


def test_a_changed_ledger_takes_no_more_events(tmp_path: Path) -> None:
    whole = lines(3)
    store(tmp_path, b"".join(whole).replace(b"actor-2", b"actor-7"))
    with pytest.raises(StoreError, match=r"ledger.jsonl:2"):
        append(tmp_path, Draft("curated", "me"))
    assert (tmp_path / LEDGER_NAME).read_bytes().count(b"\n") == 3


def test_a_draft_without_an_actor_or_of_no_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="no actor"):
        append(tmp_path, Draft("curated", " "))
    with pytest.raises(UnknownNameError, match="withdrawn"):
        append(tmp_path, Draft("withdraw", "me"))
    with pytest.raises(CommandError, match="not JSON"):
        append(tmp_path, Draft("curated", "me", details={"x": float("nan")}))
    with pytest.raises(CommandError, match="no folder"):
        append(tmp_path / "none", Draft("curated", "me"))
    assert read_events(tmp_path) == ()


def test_times_never_go_back(tmp_path: Path) -> None:
    append(tmp_path, Draft("curated", "me"), time="2026-05-01T00:00:00.000000Z")
    later = append(tmp_path, Draft("curated", "me"), time="2026-01-01T00:00:00.000000Z")
    assert later.time == "2026-05-01T00:00:00.000000Z"


def test_events_up_to_a_moment(tmp_path: Path) -> None:
    for month in (1, 2, 3):
        append(tmp_path, Draft("curated", "me"), time=f"2026-0{month}-01T12:00:00.000000Z")
    assert len(read_events(tmp_path, as_of=parse_moment("2026-02-01"))) == 2
    assert len(read_events(tmp_path, as_of=parse_moment("2026-02-01T11:00:00Z"))) == 1
    assert parse_moment("2026-02-01T13:00:00+02:00") == "2026-02-01T11:00:00.000000Z"
    for bad in ("yesterday", "2026-02-01T11:00:00", "2026-13-01"):
        with pytest.raises(CommandError, match="not a moment"):
            parse_moment(bad)


def test_several_events_are_one_write(tmp_path: Path) -> None:
    with writing(tmp_path) as pen:
        made = pen.append(Draft("submitted", "me"), Draft("refused", "me"))
        assert pen.append() == ()
    assert read_events(tmp_path) == made
    assert made[0].time == made[1].time


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_round_trips(kind: str) -> None:
    event = make_event(Draft(kind, "mé", details={"a": [1, None]}), number=1, time=TIME, before=NO_HASH)
    assert parse_event(event.line()[:-1]) == event
