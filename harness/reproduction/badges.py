"""When a row of the board was last reproduced, on what machine, with what verdict: events of the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple

from harness.errors import CommandError, DataError
from harness.ledger.event import Draft, Event
from harness.ledger.ledger import writing
from harness.reproduction.reproduction import Reproduction
from harness.reproduction.verdict import Verdict
from harness.runfiles.card import CARD_NAME, read_card
from harness.runfiles.environment import hardware

KIND: Final = "reproduced"
WORST_FIRST: Final = (Verdict.FAILED, Verdict.DIFFERENT, Verdict.WITHIN, Verdict.REPRODUCED)
"""The verdict on a run is the worst on any of its scores; what cannot run here says nothing of it."""


class Badge(NamedTuple):
    """The last reproduction of a system on a data set.

    Attributes:
        date: the day, in UTC, such as ``2026-01-31``.
        machine_class: of the machine that it was tried on.
        verdict: ``reproduced``, ``within tolerance``, ``different`` or ``failed``.
        run: sha256 of the stored run that was reproduced.
    """

    date: str
    machine_class: str
    verdict: str
    run: str


def last_reproduced(events: Iterable[Event]) -> dict[tuple[str, str], Badge]:
    """(data set, system) to its badge, from the events of :func:`harness.ledger.ledger.read_events`.

    The event with the greatest number counts; one that speaks of another run than the present one is still
    the last there is, and its ``run`` says so.
    """
    ours = sorted((event for event in events if event.kind == KIND), key=lambda event: event.number)
    return {
        (event.dataset, event.system): Badge(
            event.time.partition("T")[0],
            str(event.details.get("machine_class", "")),
            str(event.details.get("verdict", "")),
            event.run,
        )
        for event in ours
    }


def record_reproduction(found: Reproduction, record: str | Path, *, actor: str) -> tuple[Event, ...]:
    """Write an event into the ledger of a record for each of its runs that was reproduced, or was not.

    A system without a stored run has no row on a board, and one that cannot run here no verdict; both are
    left out, and so is a stored run whose card cannot be read.

    Args:
        found: the outcome.
        record: the folder of the stored runs.
        actor: who reproduced them.

    Raises:
        CommandError: the scores were held to what others published, which is no reproduction of the record.
        StoreError: the ledger was changed after it was written.
    """
    if found.against != "expected":
        raise CommandError("Only verdicts on what systems' own files expect are recorded.")
    folder, machine = Path(record), hardware().machine_class or ""
    drafts = [
        Draft(
            kind=KIND,
            actor=actor,
            dataset=dataset,
            system=system,
            run=run,
            details={"machine_class": machine, "verdict": str(verdict)},
        )
        for (dataset, system), verdict in verdicts(found).items()
        if (run := _stored_run(folder / dataset / system))
    ]
    if not drafts:
        return ()
    with writing(folder) as pen:
        return pen.append(*drafts)


def _stored_run(folder: Path) -> str:
    """The sha256 that a record's card names, or ``""`` if there is no record whose card can be read."""
    try:
        return read_card(folder / CARD_NAME).run.sha256
    except DataError:
        return ""


def verdicts(found: Reproduction) -> Mapping[tuple[str, str], Verdict]:
    """(data set, system) to the worst verdict on its scores, in the order of the report."""
    return dict(_verdicts(found))


def _verdicts(found: Reproduction) -> Iterator[tuple[tuple[str, str], Verdict]]:
    for place in dict.fromkeys((row.dataset, row.system) for row in found.rows if row.dataset):
        given = {row.verdict for row in found.rows if (row.dataset, row.system) == place}
        worst = next((verdict for verdict in WORST_FIRST if verdict in given), None)
        if worst is not None:
            yield place, worst
