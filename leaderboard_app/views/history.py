"""The history page: the ledger in words, the board at a past day, what has changed since."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from harness.leaderboard.changes import changes
from leaderboard_app.events import read_history, show_events
from leaderboard_app.links import page_link, plain
from leaderboard_app.store import Snapshot, read_past, read_snapshot
from leaderboard_app.view_state import choose_day, choose_many, has_come, write_text


def show() -> None:
    """Draw the page."""
    snapshot = read_snapshot()
    st.title("History")
    st.caption(
        "Every submission, publication, withdrawal and decision is an event of an append-only ledger, each "
        "with the hash of the one before. Nothing vanishes: what is withdrawn leaves its reason."
    )
    show_past(snapshot)
    show_tombstones(snapshot)
    show_ledger(snapshot)


def show_past(snapshot: Snapshot) -> None:
    """The board at the end of a day, as a permalink, and what is different now."""
    st.header("The board at a past day")
    with st.container(width=260):
        day = choose_day("Day", "as_of", help="The board as it stood at the end of that day, in UTC.")
    if not day:
        st.write("Choose a day for a permalink to the board of then, and for what has changed since.")
        return
    if not has_come(day):
        st.info("That day has not come yet.")
        return
    past = read_past(day)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.write(
            f"{sum(not row.parts for row in past.rows):,} runs on {plain(day)}, now "
            f"{sum(not row.parts for row in snapshot.board.rows):,}."
        )
        page_link("board", f"Board of {day}", {"as_of": day})
    found = changes(past.rows, snapshot.board.rows)
    if not found:
        st.write("Nothing has changed since.")
        return
    number, text = st.column_config.NumberColumn, st.column_config.TextColumn
    st.dataframe(
        pd.DataFrame([change._asdict() for change in found]),
        hide_index=True,
        placeholder="",
        column_config={
            "dataset": text("Data set", help="Its name in the catalogue."),
            "system": text("System", help="The system's name."),
            "kind": text("Change", help="A new row, one that is gone, or one that is of another run now."),
            "measure": text("Measure", help="The first of the data set."),
            "before": number("Then", format="%.4f", help="By the judgments and the engine of now."),
            "now": number("Now", format="%.4f", help="The present score."),
        },
        alt=f"What has changed on the board since {day}",
    )


def show_tombstones(snapshot: Snapshot) -> None:
    """Withdrawn runs with their reasons."""
    stones = snapshot.board.tombstones
    if not stones:
        return
    st.header("Withdrawn")
    for stone in stones:
        reason = f": “{plain(stone.reason)}”" if stone.reason else " without a reason"
        st.markdown(
            f"- **{plain(stone.system)}** on {plain(stone.dataset)}, {plain(stone.withdrawn[:10])}{reason}"
        )


def show_ledger(snapshot: Snapshot) -> None:
    """All events, with a search."""
    st.header("The ledger")
    events = read_history(snapshot)
    if not events:
        st.info("This board has no ledger yet: its runs were put into the record by hand.")
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kinds = choose_many(
            "Kind",
            "kind",
            sorted({event.kind for event in events}),
            help="Keeps events of these kinds; none chosen keeps all.",
            placeholder="All kinds",
            width=300,
        )
        words = write_text(
            "Search",
            "find",
            help="Every word has to stand in system, data set, actor or reason.",
            placeholder="System or data set",
            width=260,
        )
    wanted = words.casefold().split()
    listed = [
        event
        for event in events
        if (not kinds or event.kind in kinds)
        and all(
            word in f"{event.system} {event.dataset} {event.actor} {event.reason}".casefold()
            for word in wanted
        )
    ]
    st.caption(f"{len(listed):,} of {len(events):,} events, newest first")
    show_events(listed, "Events of the ledger, newest first")
    st.write("Whoever has the record can check the whole chain:")
    st.code("harness ledger verify --runs runs", language="bash")


show()
