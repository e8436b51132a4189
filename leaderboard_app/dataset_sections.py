"""Sections of a data set's page that look at its data and runs: examples, audit, best systems."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pandas as pd
import streamlit as st

from harness.datasets.audit import audit
from harness.errors import ScoreError
from harness.records import Document, Issue
from harness.statistics.detectable import smallest_detectable_difference
from harness.store.reading import StoredDataset
from leaderboard_app.dataset_charts import judgments_chart
from leaderboard_app.frames import span
from leaderboard_app.links import page_link, plain, system_link
from leaderboard_app.rankings import LARGEST, open_dataset
from leaderboard_app.store import Snapshot, read_overview, read_per_query

EXAMPLES = 5
BEST = 5
MEASURED = 50
"""Systems from which the spread of differences is taken."""


class Inside(NamedTuple):
    """What was found in the data itself; ``note`` says what was not looked at."""

    documents: tuple[Document, ...]
    judgments: tuple[int, ...]
    relevant: tuple[int, ...]
    issues: tuple[Issue, ...]
    note: str


def show_best(snapshot: Snapshot, entry: StoredDataset) -> None:
    """The first systems with their groups, and how small a difference the data set can show."""
    rows = snapshot.rows_on(entry.name)
    if not rows:
        st.caption("No run on this board yet.")
        return
    found = read_overview([entry.name], entry.headline).overview
    lines = found.lines[:BEST]
    frame = pd.DataFrame(
        {
            "group": pd.array([line.group for line in lines], dtype="Int64"),
            "system": [line.system for line in lines],
            "link": [system_link(line.system) for line in lines],
            "value": [line.value for line in lines],
            "interval": [span(line.low, line.high) for line in lines],
        }
    )
    st.dataframe(
        frame,
        hide_index=True,
        placeholder="",
        column_config={
            "group": st.column_config.NumberColumn("Group", width=65, help="1: nobody is better."),
            "system": st.column_config.TextColumn("System", help="The system's name."),
            "link": st.column_config.LinkColumn("Page", display_text="open", width=60, help="Its page."),
            "value": st.column_config.NumberColumn(
                entry.headline, format="%.4f", help="The headline measure."
            ),
            "interval": st.column_config.TextColumn("95 % interval", help="Over queries."),
        },
        alt=f"The best systems on {entry.name}",
    )
    page_link("board", f"All {len(rows)} systems", {"benchmark": "own", "datasets": entry.name})
    if not rows[0].parts and snapshot.policy(entry.name).per_query:
        show_detectable(entry, [row.system for row in rows][:MEASURED])


def show_detectable(entry: StoredDataset, systems: list[str]) -> None:
    """The smallest difference that a paired test finds four times in five."""
    values = read_per_query(entry.name, systems, entry.headline).values
    try:
        found = smallest_detectable_difference(values)
    except ScoreError:
        st.caption("It takes two different systems to say how small a difference this data set can show.")
        return
    st.metric(
        "Smallest detectable difference",
        f"{found.difference:.4f}",
        border=True,
        width=260,
        help=f"A true difference in {entry.headline} of this size is found by a paired t-test at 5 % four "
        f"times in five ({found.queries} queries, {found.basis}); a smaller one is missed more often.",
    )


def show_queries(snapshot: Snapshot, entry: StoredDataset) -> None:
    """Some queries of the store, evenly chosen."""
    if not snapshot.policy(entry.name).query_texts:
        st.caption("The queries of this data set are kept back.")
        return
    rows = snapshot.rows_on(entry.name)
    if not rows:
        st.caption("Queries are known once there is a run.")
        return
    found = (
        read_per_query(entry.name, [rows[0].system], entry.headline)
        if (snapshot.policy(entry.name).per_query)
        else None
    )
    if found is None:
        st.caption("The judgments are kept back, and which queries are judged with them.")
        return
    places = np.linspace(0, len(found.ids) - 1, min(EXAMPLES, len(found.ids))).astype(int).tolist()
    for place in places:
        st.text(f"{found.ids[place]}: {found.texts[place]}")


def show_inside(snapshot: Snapshot, entry: StoredDataset) -> None:
    """Example documents, judgments per query and the audit, if the data is on this server."""
    inside = look_inside(entry.name, entry.judgments)
    st.header("Examples")
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown("**Queries**")
        show_queries(snapshot, entry)
    with right:
        st.markdown("**Documents**")
        for document in inside.documents:
            st.text(f"{document.id}: {document.title} {document.text[:240]}…".replace("  ", " "))
        if inside.note:
            st.caption(plain(inside.note))
    if inside.judgments and snapshot.policy(entry.name).per_query:
        show_judgments(inside)
    st.header("Audit")
    if inside.note:
        st.caption("The data could not be looked through here; harness datasets audit does it.")
    elif not inside.issues:
        st.write("Nothing was found.")
    for issue in inside.issues:
        words = issue.message if snapshot.policy(entry.name).per_query else ""
        st.markdown(f"- **{plain(issue.severity)}** {plain(issue.code)}: {plain(words)}")


def show_judgments(inside: Inside) -> None:
    """How many judgments a query has."""
    st.header("Judgments per query")
    counts, relevant = np.array(inside.judgments), np.array(inside.relevant)
    with st.container(horizontal=True):
        for label, value, help in (
            ("Judged, mean", f"{counts.mean():.1f}", "Documents with a grade, relevant or not."),
            ("Judged, median", f"{np.median(counts):.0f}", "Half of the queries have fewer."),
            ("Relevant, mean", f"{relevant.mean():.1f}", "Documents with a grade above 0."),
            ("Relevant, least to most", f"{relevant.min()} – {relevant.max()}", "Over all judged queries."),
        ):
            st.metric(label, value, border=True, help=help, width=210)
    st.altair_chart(
        judgments_chart(counts, relevant),
        alt="How many queries have which number of relevant documents; the figures above sum it up",
    )


@st.cache_resource(max_entries=16, show_spinner="Looking through the data set …")
def look_inside(name: str, judgments: str) -> Inside:
    """Read the data set once; ``judgments`` is its fingerprint, which tells when to read anew."""
    data = open_dataset(name)
    if isinstance(data, str):
        return Inside((), (), (), (), "This server lacks the data set, so nothing of it is shown.")
    starts = data.qrels.starts
    relevant = [int((data.qrels.grades[a:b] > 0).sum()) for a, b in pairwise(starts.tolist())]
    judged = tuple(np.diff(starts).tolist())
    counts = data.spec.counts
    if counts is None or counts.documents is None or counts.documents > LARGEST:
        return Inside(
            (), judged, tuple(relevant), (), "The collection is too large to be looked through here."
        )
    examples = tuple(document for document, _ in zip(data.documents(), range(3), strict=False))
    return Inside(examples, judged, tuple(relevant), audit(data), "")
