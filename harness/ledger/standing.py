"""What the events say about each run now: a fold over the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from harness.ledger.event import Event

Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where one run stands.

    Attributes:
        dataset, system, run: which run; ``run`` is the sha256 of its canonical text.
        state: ``submitted``, ``held``, ``refused``, ``published`` or ``withdrawn``.
        shown: False if its submitter chose to leave it off the board.
        published: time of its publication, empty if it never was; ``order`` is that event's number, and
            ``chosen`` that of the last event that put it on the board: the highest of a system is shown.
        actor: who submitted it.
        receipt: the submission's id.
        marks: what admission noticed and shows beside the run.
        card: hash of the card that was published; empty where the event, an older one, does not tell it.
        anonymous_until: the date up to which its makers are not named, or None.
        withdrawn, reason, withdrawer: time, reason and author of the withdrawal.
        reproduced: time, machine class and verdict of the last reproduction; empty if there was none.
        events: numbers of the events that speak of it.
    """

    dataset: str
    system: str
    run: str
    state: str = "submitted"
    shown: bool = True
    published: str = ""
    order: int = 0
    chosen: int = 0
    actor: str = ""
    receipt: str = ""
    marks: tuple[str, ...] = ()
    card: str = ""
    anonymous_until: str | None = None
    withdrawn: str = ""
    reason: str = ""
    withdrawer: str = ""
    reproduced: Mapping[str, str] = field(default_factory=dict)
    events: tuple[int, ...] = ()

    @property
    def key(self) -> Key:
        """Data set, system and run."""
        return self.dataset, self.system, self.run

    def anonymous(self, moment: str) -> bool:
        """Whether its makers are not to be named at a moment."""
        return self.anonymous_until is not None and moment[:10] < self.anonymous_until


def standings(events: Iterable[Event]) -> dict[Key, Standing]:
    """Where every run stands that the events speak of, by data set, system and run."""
    found: dict[Key, Standing] = {}
    for event in events:
        if event.run:
            before = found.get(event.key) or implied(*event.key)
            after = _after(before, event)
            found[event.key] = replace(after, events=(*before.events, event.number))
    return found


def implied(dataset: str, system: str, run: str, published: str = "") -> Standing:
    """The standing of a run that no event speaks of: its file and card were put into the record by hand."""
    return Standing(dataset=dataset, system=system, run=run, state="published", published=published)


def _after(now: Standing, event: Event) -> Standing:
    details = event.details
    match event.kind:
        case "submitted" | "held" | "refused" if _decided(now):
            return now
        case "submitted":
            return replace(now, state="submitted", actor=event.actor, receipt=str(details.get("receipt", "")))
        case "held" | "refused":
            return replace(now, state=event.kind)
        case "published":
            return replace(
                now,
                state="published",
                shown=True,
                published=event.time,
                order=event.number,
                chosen=event.number,
                receipt=str(details.get("receipt", now.receipt)),
                actor=str(details.get("submitter", now.actor or event.actor)),
                marks=tuple(str(mark) for mark in details.get("marks", ())),
                card=str(details.get("card", "")),
                anonymous_until=details.get("anonymous_until"),
            )
        case "withdrawn":
            return replace(
                now, state="withdrawn", withdrawn=event.time, reason=event.reason, withdrawer=event.actor
            )
        case "shown":
            return replace(now, shown=True, chosen=event.number)
        case "hidden":
            return replace(now, shown=False)
        case "reproduced":
            told = {key: str(details[key]) for key in ("machine_class", "verdict") if key in details}
            return replace(now, reproduced={"time": event.time, **told})
    return now


def _decided(now: Standing) -> bool:
    """Whether handing the run in again, and what comes of that short of a publication, changes nothing."""
    return now.state == "withdrawn" or bool(now.published and now.state == "published")


def history(
    events: Iterable[Event], dataset: str | None = None, system: str | None = None
) -> tuple[Event, ...]:
    """The events that speak of a data set, a system or both; all of them without either."""
    return tuple(_speaking_of(events, dataset, system))


def _speaking_of(events: Iterable[Event], dataset: str | None, system: str | None) -> Iterator[Event]:
    for event in events:
        if (dataset is None or event.dataset == dataset) and (system is None or event.system == system):
            yield event
