"""A system's page: ``system?system=…`` is its permalink."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from harness.leaderboard.graph import pipeline_dot
from harness.leaderboard.profile import Profile
from harness.leaderboard.row import Row
from leaderboard_app.events import show_events_of
from leaderboard_app.files import reproduce_command
from leaderboard_app.layout import show_empty, show_facts, show_missing
from leaderboard_app.links import page_link, plain
from leaderboard_app.lists import show_systems
from leaderboard_app.run_making import show_downloads, show_stages
from leaderboard_app.store import Snapshot, read_detail, read_snapshot
from leaderboard_app.system_sections import (
    measures_somewhere,
    show_findings,
    show_profile,
    show_scores,
)
from leaderboard_app.view_state import choose_one


def show() -> None:
    """Draw the page of the system that the address names, or a list where it names none."""
    snapshot = read_snapshot()
    name = st.query_params.get("system")
    if name is None:
        show_choice(snapshot)
        return
    rows = snapshot.systems.get(name)
    if not rows:
        st.title("No such system")
        show_missing(f"The board holds no run of {name!r}. It may have been renamed or withdrawn.")
        return
    runs = [row for row in rows if not row.parts] or list(rows)
    show_heading(snapshot, runs)
    st.header("Scores")
    measure = choose_one(
        "Measure", "measure", measures_somewhere(rows), help="Of the table and the profile.", width=170
    )
    show_scores(snapshot, rows, measure)
    show_profile(snapshot, rows, measure)
    show_making(snapshot, runs)
    show_findings(snapshot, runs)
    show_events_of(snapshot, name)


def show_choice(snapshot: Snapshot) -> None:
    """All systems, for visitors who come without a permalink."""
    st.title("Systems")
    if not snapshot.systems:
        show_empty()
        return
    show_systems(snapshot)


def show_heading(snapshot: Snapshot, runs: Sequence[Row]) -> None:
    """Name, family, what it declares of itself, the ways on."""
    row = runs[0]
    profiles = [
        snapshot.profiles[key] for each in runs if (key := (each.dataset, each.system)) in snapshot.profiles
    ]
    st.title(plain(row.system))
    with st.container(horizontal=True, vertical_alignment="center"):
        count = f"{len(runs)} run{'s' * (len(runs) > 1)}"
        st.caption(f"{plain(row.family)} · {count}" if row.family else count)
        page_link("board", "Board", {"benchmark": "all", "find": row.system})
        show_way_to_compare(snapshot, runs)
    st.text(row.description)
    if profiles:
        show_facts(declared(profiles), "What the system declares of itself")


def show_way_to_compare(snapshot: Snapshot, runs: Sequence[Row]) -> None:
    """A link that sets it beside the best other system of a data set; none where nothing may be compared."""
    for row in runs:
        rival = next((each for each in snapshot.rows_on(row.dataset) if each.system != row.system), None)
        if rival and not row.parts and snapshot.policy(row.dataset).per_query:
            pair: dict[str, str | list[str]] = {"dataset": row.dataset, "systems": [row.system, rival.system]}
            page_link("compare", f"Compare it with {rival.system}", pair)
            return


def declared(profiles: Sequence[Profile]) -> dict[str, str]:
    """Licence, training data, first stage and links over all runs."""
    depths = [profile.rerank_depth for profile in profiles if profile.rerank_depth]
    found = {
        "First stage": ", ".join(dict.fromkeys(p.first_stage for p in profiles if p.first_stage)),
        "Re-ranks": f"the first {max(depths):,} documents" if depths else "",
        "Licence": ", ".join(dict.fromkeys(p.licence for p in profiles if p.licence)) or "not stated",
        "Declared training data": ", ".join(dict.fromkeys(n for p in profiles for n in p.trained_on))
        or "none declared",
        "Links": ", ".join(dict.fromkeys(link for p in profiles for link in p.links)),
    }
    return {name: value for name, value in found.items() if value}


def show_making(snapshot: Snapshot, runs: Sequence[Row]) -> None:
    """The pipeline as a graph, the command that makes a run again, and its files."""
    st.header("Pipeline")
    dataset = choose_one(
        "Run on", "on", [row.dataset for row in runs], help="Cards can differ between data sets.", width=260
    )
    row = next(row for row in runs if row.dataset == dataset)
    card: Mapping[str, Any] = {} if row.parts else read_detail(dataset, row.system).card
    dot = pipeline_dot(card)
    if dot:
        st.graphviz_chart(dot, alt="The stages of the pipeline, from query to ranking")
        show_stages(card)
    else:
        st.caption("The card names no stages.")
    command = reproduce_command(dataset, row.system)
    if command:
        st.write("Make this run again:")
        st.code(command, language="bash", wrap_lines=True)
    else:
        st.caption("No baseline file of this name comes with the harness, so no command makes it again.")
    if not row.parts:
        offer = snapshot.policy(dataset).run_files
        show_downloads(row, read_detail(dataset, row.system), offer=offer)
    page_link(
        "run",
        f"All about the run on {dataset}",
        {"dataset": dataset, "system": row.system},
    )


show()
