"""The compare page: ``compare?dataset=…&systems=…&systems=…`` is its permalink."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from leaderboard_app.compare_pairs import show_forest, show_pairs, show_systems
from leaderboard_app.compare_queries import show_queries
from leaderboard_app.frames import measures_of
from leaderboard_app.layout import show_empty
from leaderboard_app.store import Snapshot, read_comparison, read_snapshot
from leaderboard_app.view_state import choose_many, choose_one

MOST = 8  # systems that are compared at once; more are what the board's groups are for


def show() -> None:
    """Draw the page."""
    snapshot = read_snapshot()
    st.title("Compare systems")
    if not snapshot.board.rows:
        show_empty()
        return
    names = [
        name
        for name in snapshot.datasets
        if snapshot.policy(name).per_query and any(not row.parts for row in snapshot.rows_on(name))
    ]
    if not names:
        st.info("The judgments of every data set here are kept back, so nothing is compared query by query.")
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        dataset = choose_one(
            "Data set",
            "dataset",
            names,
            help="All systems are compared on its queries. Data sets "
            "whose judgments are kept back are not offered.",
            width=220,
        )
        rows = snapshot.rows_on(dataset)
        measure = choose_one(
            "Measure", "measure", measures_of(rows), help="What the systems are compared by.", width=150
        )
        systems = choose_systems([row.system for row in rows])
        reference = choose_one(
            "Reference",
            "reference",
            systems or [""],
            help="The others are set against this system.",
            width=200,
        )
    if len(systems) < 2:
        st.info("Choose two systems or more that have a run on this data set.")
        return
    if snapshot.datasets[dataset].judged_queries < 2:
        st.info("This data set has a single judged query, which says nothing about spread: two are needed.")
        return
    show_comparison(snapshot, dataset, systems, reference, measure)


def choose_systems(options: Sequence[str]) -> list[str]:
    """Two systems or more; an address that names systems without a run here loses those."""
    if "systems" in st.session_state:
        kept = [name for name in st.session_state["systems"] if name in options]
        if kept != st.session_state["systems"]:
            st.session_state["systems"] = kept
    return choose_many(
        "Systems",
        "systems",
        options,
        first=options[:2],
        help=f"At most {MOST}.",
        placeholder="Choose systems",
        width=420,
        most=MOST,
    )


def show_comparison(
    snapshot: Snapshot, dataset: str, systems: Sequence[str], reference: str, measure: str
) -> None:
    """Systems, pairs, data sets, queries."""
    found = read_comparison(dataset, systems, measure)
    show_systems(found, dataset, measure)
    show_pairs(found, reference, measure)
    others = [row.name for row in found.systems() if row.name != reference]
    st.header("One against the reference")
    rival = choose_one(
        "System",
        "rival",
        others,
        help="Its queries and data sets are set against the reference's.",
        width=260,
    )
    show_forest(rival, reference, measure)
    show_queries(snapshot, dataset, rival, reference, measure)


show()
