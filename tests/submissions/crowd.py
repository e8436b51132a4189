"""Many real processes on one record: run as a script, it forks children and writes what each of them saw.

Forked after everything is imported and read, a child costs milliseconds, so that the processes meet.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path

from harness.leaderboard.board import read_board
from harness.leaderboard.grounds import Grounds
from harness.leaderboard.publishing import catch_up
from harness.ledger.event import Draft
from harness.ledger.ledger import append
from harness.submissions.admission import admit
from harness.submissions.upload import Upload
from tests.submissions.making import write_pair

SUBMISSIONS, READERS = 50, 3
SAME, BAD = range(36, 43), range(43, 50)  # numbers that hand in one and the same run, and broken ones
KILLS = 20
ENOUGH = 12  # acknowledged pieces of work without which the kills prove nothing


def child(work: Callable[[], object], out: Path) -> int:
    """Fork; the child writes what ``work`` returns, or its traceback, and ends."""
    pid = os.fork()
    if pid:
        return pid
    code = 0
    try:
        text = json.dumps(work())
    except BaseException:
        text, code = json.dumps({"error": traceback.format_exc()}), 1
    out.write_text(text)
    os._exit(code)


def submission(number: int, folder: Path, record: Path, store: str, grounds: Grounds) -> dict[str, object]:
    """Hand in run ``number``."""
    same = number in SAME
    system = "same" if same else f"system-{number:02}"
    run, card = write_pair(folder / f"upload-{number}", 1000 if same else number, system)
    if number in BAD:
        run.write_text("broken\n")
    receipt = admit(Upload(path=run, card=card), record=record, store=store, actor="ada", grounds=grounds)
    codes = sorted({item.code for item in receipt.every_finding() if item.severity == "error"})
    behind = [str(item) for item in receipt.findings if item.code == "store-behind"]
    return {
        "system": system,
        "outcome": receipt.outcome,
        "event": receipt.event,
        "codes": codes,
        "behind": behind,
    }


def reader(store: str, stop: Path) -> dict[str, object]:
    """Read the board again and again until told to stop; rows never become fewer."""
    seen = [0]
    while not stop.exists():
        seen.append(len(read_board(store).rows))
        time.sleep(0.02)
    return {"reads": len(seen), "sorted": seen == sorted(seen), "last": seen[-1]}


def crowd(folder: Path, record: Path, store: str) -> None:
    """All submissions at once, with readers."""
    grounds = Grounds()
    assert grounds["tiny"] and grounds.catalogue
    catch_up(record, store, grounds=grounds)
    stop = folder / "stop"
    readers = [child(lambda: reader(store, stop), folder / f"reader-{n}.json") for n in range(READERS)]
    writers = [
        child(lambda n=n: submission(n, folder, record, store, grounds), folder / f"writer-{n:02}.json")
        for n in range(SUBMISSIONS)
    ]
    for pid in writers:
        os.waitpid(pid, 0)
    stop.touch()
    for pid in readers:
        os.waitpid(pid, 0)


def server(folder: Path, record: Path, store: str, grounds: Grounds) -> None:
    """Hand in run after run, each acknowledged by a file; starts where the acknowledged ones end."""
    catch_up(record, store, grounds=grounds)
    number = len(list((folder / "acknowledged").iterdir()))
    while True:
        told = submission(number % 36, folder / str(number // 36), record, store, grounds)
        half = folder / f"half-{number}"
        half.write_text(json.dumps(told))
        half.rename(folder / "acknowledged" / f"{number:04}")
        number += 1


def appender(folder: Path, record: Path) -> None:
    """Append event after event, each acknowledged by a line."""
    with (folder / "appended").open("a") as stream:
        while True:
            event = append(record, Draft("curated", "ada", reason="x" * 2000))
            stream.write(event.hash + "\n")
            stream.flush()


def killed(folder: Path, work: Callable[[], None], longest: float, enough: Callable[[], bool]) -> None:
    """Start ``work`` again and again, and kill it at random moments until it has done enough between kills.

    On a busy machine lives grow longer, so that work gets done however slow it is.
    """
    chance = random.Random(3)
    number = 0
    while number < KILLS or not (enough() or number > 10 * KILLS):
        pid = child(lambda: work() or {}, folder / f"life-{number}.json")  # type: ignore[func-returns-value]
        time.sleep(chance.uniform(0.01, longest))
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        number += 1
        longest *= 1.0 if number < KILLS else 1.1


def main() -> None:
    """``crowd.py WHAT FOLDER RECORD STORE``."""
    what, folder, record, store = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), sys.argv[4]
    if what == "crowd":
        crowd(folder, record, store)
    elif what == "admissions":
        (folder / "acknowledged").mkdir()
        grounds = Grounds()
        assert grounds["tiny"] and grounds.catalogue
        catch_up(record, store, grounds=grounds)
        done = folder / "acknowledged"
        killed(
            folder,
            lambda: server(folder, record, store, grounds),
            0.5,
            lambda: len(list(done.iterdir())) >= ENOUGH,
        )
    else:
        told = folder / "appended"
        told.touch()
        killed(folder, lambda: appender(folder, record), 0.06, lambda: told.read_text().count("\n") >= ENOUGH)


if __name__ == "__main__":
    main()
