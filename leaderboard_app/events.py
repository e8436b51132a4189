"""Events of the ledger in words."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import streamlit as st

from harness.leaderboard.anonymity import shown_events
from harness.ledger.chain import LEDGER_NAME
from harness.ledger.event import KINDS, Event
from harness.ledger.ledger import read_events
from harness.ledger.moment import utc_now
from harness.ledger.words import sentence
from harness.submissions.disclosure import public_events
from leaderboard_app.links import plain
from leaderboard_app.store import Snapshot


def read_history(snapshot: Snapshot) -> tuple[Event, ...]:
    """All events as they may be shown, oldest first; none where the server has no ledger.

    Raises:
        StoreError: the ledger was changed after it was written.
    """
    named = os.environ.get("HARNESS_RUNS")
    path = Path(named or "") / LEDGER_NAME
    if not named or not path.is_file():
        return ()
    stat = path.stat()
    events = _events(named, f"{stat.st_size}:{stat.st_mtime_ns}")
    specs = {name: entry.spec for name, entry in snapshot.datasets.items()}
    return public_events(shown_events(events, utc_now()), specs)


@st.cache_resource(max_entries=2, show_spinner=False)
def _events(record: str, stamp: str) -> tuple[Event, ...]:
    return read_events(record)


def show_events(events: Sequence[Event], about: str) -> None:
    """A table of events, newest first."""
    newest = list(reversed(events))
    frame = pd.DataFrame(
        {
            "time": [f"{event.time[:10]} {event.time[11:16]}" for event in newest],
            "what": [sentence(event) for event in newest],
            "kind": [event.kind for event in newest],
            "number": [event.number for event in newest],
            "hash": [event.hash[:16] for event in newest],
        }
    )
    text = st.column_config.TextColumn
    st.dataframe(
        frame,
        hide_index=True,
        column_config={
            "time": text("Time, UTC", width=135, help="When it was recorded."),
            "what": text("What happened", width=640, help="In words, with the reason that was given."),
            "kind": text("Kind", width=85, help="; ".join(f"{kind}: {told}" for kind, told in KINDS.items())),
            "number": st.column_config.NumberColumn("No.", width=45, help="Position in the ledger, no gaps."),
            "hash": text(
                "Hash",
                width=130,
                help="First digits of the event's hash, which covers the one before; empty where the "
                "event is not shown whole.",
            ),
        },
        alt=about,
    )


def show_events_of(snapshot: Snapshot, system: str) -> None:
    """The history of a system, newest first; nothing where the ledger does not speak of it."""
    events = [event for event in read_history(snapshot) if event.system == system]
    if not events:
        return
    st.header("History")
    versions = max((row.version for row in snapshot.systems[system]), default=1)
    if versions > 1:
        st.caption(plain(f"On some data set this is version {versions} of the system."))
    show_events(events, f"Events of {system}, newest first")
