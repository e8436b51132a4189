"""The answer to a submission: what was found, scored, flagged and decided."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple

from harness.errors import Problem
from harness.records import Issue
from harness.submissions.codes import CODES

PUBLISHED, HELD, REFUSED, DUPLICATE = "published", "held", "refused", "duplicate"
WOULD: Mapping[str, str] = {
    PUBLISHED: "would-publish",
    HELD: "would-hold",
    REFUSED: "would-refuse",
    DUPLICATE: "duplicate",
}
"""What a dry run calls the outcome."""
OUTCOMES = (PUBLISHED, HELD, REFUSED, DUPLICATE, "would-publish", "would-hold", "would-refuse")


class Finding(NamedTuple):
    """Something to say about a file of the upload; ``key`` is a key path of a card or manifest."""

    file: str
    severity: str
    code: str
    message: str
    line: int | None = None
    query_id: str | None = None
    key: str | None = None

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        key = f" {self.key}:" if self.key else ""
        return f"{where}: {self.severity}:{key} {self.message} [{self.code}]"


class Flag(NamedTuple):
    """What admission noticed: ``holds`` says whether a curator has to look first."""

    code: str
    message: str
    holds: bool


class Duplicate(NamedTuple):
    """A published run that this one resembles: ``same-run``, ``same-scores`` or ``near-copy``."""

    kind: str
    system: str
    sha256: str
    similarity: float


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryReport:
    """One run of a submission.

    Attributes:
        dataset, system, sha256: which run; empty as far as that could not be read.
        scores: measure to mean over all judged queries, computed here; empty if it was not scored.
        judged_queries, answered: coverage.
        findings: of its card and run file.
        duplicates, flags: what it resembles, what is suspicious.
    """

    dataset: str = ""
    system: str = ""
    sha256: str = ""
    scores: Mapping[str, float] = field(default_factory=dict)
    judged_queries: int = 0
    answered: int = 0
    findings: tuple[Finding, ...] = ()
    duplicates: tuple[Duplicate, ...] = ()
    flags: tuple[Flag, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What became of a submission.

    Attributes:
        id: names the submission in the ledger and in the quarantine.
        outcome: one of :data:`OUTCOMES`.
        actor, time: who submitted, and when (UTC).
        dry_run: nothing was kept.
        entries: its runs.
        findings: of the upload as a whole.
        event, event_hash: number and hash of the last event that the submission wrote into the ledger.
        reason: a curator's, where one decided.
    """

    id: str
    outcome: str
    actor: str
    time: str
    dry_run: bool = False
    entries: tuple[EntryReport, ...] = ()
    findings: tuple[Finding, ...] = ()
    event: int | None = None
    event_hash: str | None = None
    reason: str = ""

    @property
    def ok(self) -> bool:
        """Whether the submission was not refused."""
        return self.outcome not in (REFUSED, WOULD[REFUSED])

    def every_finding(self) -> Iterator[Finding]:
        """Findings of the upload and of all its runs."""
        yield from self.findings
        for entry in self.entries:
            yield from entry.findings

    def to_json(self) -> dict[str, Any]:
        """Plain values for ``json.dumps``."""
        plain = asdict(self)
        plain["findings"] = [finding._asdict() for finding in self.findings]
        for told, entry in zip(plain["entries"], self.entries, strict=True):
            for name in ("findings", "duplicates", "flags"):
                told[name] = [item._asdict() for item in getattr(entry, name)]
        return plain

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> Receipt:
        """The receipt that :meth:`to_json` wrote."""
        entries = tuple(
            EntryReport(
                **{
                    **entry,
                    "findings": tuple(Finding(**item) for item in entry["findings"]),
                    "duplicates": tuple(Duplicate(**item) for item in entry["duplicates"]),
                    "flags": tuple(Flag(**item) for item in entry["flags"]),
                }
            )
            for entry in plain["entries"]
        )
        findings = tuple(Finding(**item) for item in plain["findings"])
        return cls(**{**plain, "entries": entries, "findings": findings})


def finding(
    code: str, file: str, message: str, *, line: int | None = None, key: str | None = None
) -> Finding:
    """A finding with the severity of its code."""
    return Finding(file, CODES[code].severity, code, message, line=line, key=key)


def from_issues(file: str, issues: Sequence[Issue]) -> tuple[Finding, ...]:
    """Findings of a run file."""
    return tuple(Finding(file, i.severity, i.code, i.message, i.line, i.query_id) for i in issues)


def from_problem(code: str, file: str, problem: Problem) -> Finding:
    """A finding from a problem whose place is a line of the file, or a key path."""
    head, _, tail = problem.where.rpartition(":")
    if head and tail.isdigit():
        return finding(code, file, problem.message, line=int(tail))
    return finding(code, file, problem.message, key=problem.where or None)


def broken(findings: Sequence[Finding]) -> bool:
    """Whether one of the findings is an error."""
    return any(item.severity == "error" for item in findings)
