"""One event of the ledger: a line of canonical JSON that names the hash of the line before it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple

from harness.errors import CommandError, UnknownNameError

NO_HASH = "0" * 64
KINDS: Mapping[str, str] = {
    "submitted": "A run was handed in; one event for each data set of the submission.",
    "accepted": "The checks, or a curator, let the run in.",
    "held": "The run waits for a curator; nothing of it is shown.",
    "refused": "The submission failed a check, or a curator refused it.",
    "published": "The run is on the board from now on.",
    "withdrawn": "The run was taken back; its row is a tombstone with the reason.",
    "corrected": "Something that was said of the run is put right; the reason says what.",
    "shown": "The run is shown again.",
    "hidden": "The run is left off the board by its submitter's choice.",
    "curated": "A curator's note.",
    "re-scored": "The run was scored again by another engine or with other judgments.",
    "reproduced": "The run was made again; the details have machine class and verdict.",
    "repaired": "A last line that was never acknowledged was removed after an interrupted write.",
}
_KEYS = {"number", "time", "kind", "actor", "dataset", "system", "run", "reason", "details", "before", "hash"}
_TEXTS = _KEYS - {"number", "details"}
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")


class Draft(NamedTuple):
    """What is to be recorded: the event without its number, time and hashes.

    ``run`` is the sha256 of the run's canonical text; ``details`` are plain JSON values.
    """

    kind: str
    actor: str
    dataset: str = ""
    system: str = ""
    run: str = ""
    reason: str = ""
    details: Mapping[str, Any] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened to the record.

    Attributes:
        number: from 1, without gaps.
        time: UTC with microseconds; never before that of the event before.
        kind: one of :data:`KINDS`.
        actor: the account, or the name on the command line, that did it.
        dataset, system, run: what it happened to; ``run`` is the sha256 of the canonical text. May be empty.
        reason: in the actor's words; may be empty.
        details: plain JSON values, by kind.
        before: hash of the event before, 64 zeros for the first.
        hash: sha256 of the canonical JSON of everything above.
    """

    number: int
    time: str
    kind: str
    actor: str
    dataset: str = ""
    system: str = ""
    run: str = ""
    reason: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)
    before: str = NO_HASH
    hash: str = ""

    def to_json(self) -> dict[str, Any]:
        """Plain values for ``json.dumps``."""
        return asdict(self)

    def line(self) -> bytes:
        """The line of the file, newline included."""
        return canonical(self.to_json()) + b"\n"

    @property
    def key(self) -> tuple[str, str, str]:
        """Data set, system and run that it speaks of."""
        return self.dataset, self.system, self.run


def make_event(draft: Draft, *, number: int, time: str, before: str) -> Event:
    """The event of a draft, with its hash.

    Raises:
        UnknownNameError: there is no such kind.
        CommandError: it names no actor, or its details are not JSON.
    """
    if draft.kind not in KINDS:
        raise UnknownNameError("kind of event", draft.kind, KINDS)
    if not draft.actor.strip():
        raise CommandError(f"The event {draft.kind!r} names no actor; every decision carries a name.")
    try:
        details = json.loads(canonical(dict(draft.details)))
    except (TypeError, ValueError) as error:
        raise CommandError(f"The details of the event {draft.kind!r} are not JSON: {error}") from error
    values = draft._asdict() | {"details": details, "number": number, "time": time, "before": before}
    return Event(**values, hash=hash_of(values))


def parse_event(line: bytes) -> Event:
    """Read a line without its newline.

    Raises:
        ValueError: it is not exactly what :meth:`Event.line` writes, or its hash is not that of its content.
    """
    try:
        values = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"the line is not JSON ({error})") from error
    if not isinstance(values, dict) or set(values) != _KEYS:
        raise ValueError(f"an event has the keys {', '.join(sorted(_KEYS))}")
    if not all(isinstance(values[key], str) for key in _TEXTS) or type(values["number"]) is not int:
        raise ValueError("a value has the wrong type")
    if not isinstance(values["details"], dict) or not _TIME.fullmatch(values["time"]):
        raise ValueError("the time or the details are malformed")
    if canonical(values) != line:
        raise ValueError("the line is not in canonical form, so it was edited")
    stated = values.pop("hash")
    if stated != hash_of(values):
        raise ValueError(f"the content has hash {hash_of(values)[:16]}…, the line states {stated[:16]}…")
    return Event(**values, hash=stated)


def hash_of(values: Mapping[str, Any]) -> str:
    """Hex sha256 of the canonical JSON of an event without its hash."""
    return hashlib.sha256(canonical(values)).hexdigest()


def canonical(values: Mapping[str, Any]) -> bytes:
    """JSON in ASCII with sorted keys and no blanks: one text for one value.

    Raises:
        ValueError: a number is not finite.
    """
    return json.dumps(
        values, ensure_ascii=True, sort_keys=True, separators=(",", ":"), allow_nan=False
    ).encode("ascii")
