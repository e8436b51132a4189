"""Boards, events and receipts as they may be shown, by :mod:`harness.submissions.policy`."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace

from harness.leaderboard.board import Board
from harness.leaderboard.row import Row
from harness.ledger.event import Event
from harness.submissions.policy import OPEN, Policy, Spec, policies, public_mean, public_measures
from harness.submissions.receipt import EntryReport, Receipt

NAMING_QUERIES = frozenset({"missing-queries"})
"""Findings that name judged queries."""
SHOWN_DETAILS = frozenset(
    {"receipt", "anonymous_until", "submitter", "machine_class", "verdict", "path", "card"}
)
"""Details of an event that say nothing about judgments."""


def public_board(board: Board, specs: Mapping[str, Spec]) -> Board:
    """The board without what hidden judgments could be derived from.

    Where nothing is hidden, this is the board itself. Otherwise the rows of hidden data sets have rounded
    means and no tie ranges, hash of values or marks, they stand in the order of what is shown, and the digest
    is that of these rows: a digest over what is withheld could confirm a guess.

    Args:
        board: as the store has it, whole.
        specs: data set to its catalogue entry, or to that in plain values, for every data set of the board.
    """
    found = policies(specs)
    if all(found.get(row.dataset, OPEN) == OPEN for row in board.rows):
        return board
    rows = [public_row(row, found.get(row.dataset, OPEN)) for row in board.rows]
    headlines = dict(board.headlines)
    rows.sort(key=lambda row: (row.dataset, -row.measures.get(headlines[row.dataset], 0.0), row.system))
    return replace(board, digest=_digest(rows), rows=tuple(rows))


def _digest(rows: Sequence[Row]) -> str:
    """Hex sha256 of rows in canonical JSON, by data set and system."""
    ordered = sorted((asdict(row) for row in rows), key=lambda row: (row["dataset"], row["system"]))
    text = json.dumps(ordered, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def public_row(row: Row, policy: Policy) -> Row:
    """One row as its data set's policy lets it be shown."""
    if policy.per_query:
        return row
    return replace(
        row,
        measures={
            name: public_mean(policy, row.measures[name]) for name in public_measures(policy, row.measures)
        },
        tie_ranges={},
        vectors_sha256="",
        marks=(),
    )


def public_receipt(receipt: Receipt, found: Mapping[str, Policy]) -> Receipt:
    """The answer to a submission as its submitter may read it.

    On hidden judgments: rounded means, no flags, no resemblance in scores, and where the queries are hidden
    no finding that names one.

    Args:
        receipt: as admission made it.
        found: data set to policy.
    """
    entries = tuple(_public_entry(entry, found.get(entry.dataset, OPEN)) for entry in receipt.entries)
    closed = any(not found.get(entry.dataset, OPEN).per_query for entry in receipt.entries)
    return replace(receipt, entries=entries, event_hash=None if closed else receipt.event_hash)


def _public_entry(entry: EntryReport, policy: Policy) -> EntryReport:
    if policy.per_query:
        return entry
    names = public_measures(policy, entry.scores)
    return replace(
        entry,
        scores={name: public_mean(policy, entry.scores[name]) for name in names},
        findings=tuple(
            item for item in entry.findings if policy.query_texts or item.code not in NAMING_QUERIES
        ),
        duplicates=tuple(item for item in entry.duplicates if item.kind != "same-scores"),
        flags=(),
    )


def public_events(events: Iterable[Event], specs: Mapping[str, Spec]) -> tuple[Event, ...]:
    """Events without details that may tell of hidden judgments.

    The hashes of such an event are left out, too: a few short details could be guessed from them. Whoever has
    the ledger's file can verify the chain; this list then is for reading.
    """
    found, shown, closed_before = policies(specs), [], False
    for event in events:
        closed = not found.get(event.dataset, OPEN).per_query
        if closed:
            kept = {key: value for key, value in event.details.items() if key in SHOWN_DETAILS}
            reason = "" if event.kind in {"held", "refused", "submitted"} else event.reason
            shown.append(replace(event, details=kept, reason=reason, hash=""))
        else:
            shown.append(event)
        if closed_before:
            shown[-1] = replace(shown[-1], before="")
        closed_before = closed
    return tuple(shown)
