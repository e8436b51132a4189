"""What the board's page offers to take along, and the way on to a comparison."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import streamlit as st

from harness.leaderboard.overview import Line, Overview
from harness.leaderboard.sheets import bibtex, latex_table
from leaderboard_app.choices import View
from leaderboard_app.frames import Listed, board_csv
from leaderboard_app.links import page_link
from leaderboard_app.store import Snapshot

COMPARED = 8
"""Systems that a link to the compare page takes along at most."""


def show_exports(snapshot: Snapshot, view: View, found: Overview, listed: Listed, *, picked: bool) -> None:
    """CSV, LaTeX and BibTeX of the marked rows, or of all shown where none is marked; and compare."""
    digest = snapshot.board.digest
    lines = [line for line, _ in listed]
    what = f"{len(lines)} marked" if picked else "the table"
    with st.container(horizontal=True, vertical_alignment="center"):
        for label, ending, mime, make, help in (
            (
                f"CSV of {what}",
                "csv",
                "text/csv",
                partial(board_csv, found, listed, digest),
                "Full precision, with the hash of each run and the digest of the board. Mark rows in the "
                "first column of the table to take only those.",
            ),
            (
                "LaTeX",
                "tex",
                "text/x-tex",
                lambda: latex_table(found, lines, digest).encode(),
                "A table for the package booktabs; superscripts are rank groups.",
            ),
            (
                "BibTeX",
                "bib",
                "text/x-bibtex",
                partial(_bibtex, snapshot, view, listed),
                "Entries for the board, the systems and the data sets.",
            ),
        ):
            st.download_button(
                label,
                make,
                file_name=f"{view.benchmark}.{ending}",
                mime=mime,
                on_click="ignore",
                icon=":material/download:",
                help=help,
            )
        show_ways_on(snapshot, view, lines, picked=picked)


def show_ways_on(snapshot: Snapshot, view: View, lines: Sequence[Line], *, picked: bool) -> None:
    """Links to the marked system and its run, or to the comparison of several."""
    if picked and len(lines) == 1:
        system = lines[0].system
        page_link("system", f"Open {system}", {"system": system})
        if len(view.datasets) == 1 and lines[0].rows[view.datasets[0]].path:
            page_link(
                "run", f"Its run on {view.datasets[0]}", {"dataset": view.datasets[0], "system": system}
            )
    first = lines[:COMPARED]
    dataset = comparable_on(snapshot, view.datasets, first)
    if len(first) > 1 and dataset:
        label = compare_label(len(lines), picked=picked)
        page_link("compare", label, compare_address(dataset, view.measure, [line.system for line in first]))
    elif picked and len(first) > 1:
        st.caption("There is no data set on which all of the marked may be compared.")


def show_chooser(listed: Listed) -> None:
    """A way to a system's page that needs no pointer: the table's links are drawn on a canvas."""
    chosen = st.selectbox(
        "Open a system",
        [line.system for line, _ in listed],
        index=None,
        key="open",
        placeholder="Choose a system",
        width=420,
        help="Its card, pipeline, scores on all data sets and history.",
    )
    if chosen:
        page_link("system", f"Open {chosen}", {"system": chosen})


def comparable_on(snapshot: Snapshot, datasets: Sequence[str], lines: Sequence[Line]) -> str:
    """The first data set on which all systems have a run whose queries may be shown; empty without one."""
    for name in datasets:
        runs = [line.rows.get(name) for line in lines]
        if snapshot.policy(name).per_query and all(run and run.path for run in runs):
            return name
    return ""


def compare_label(count: int, *, picked: bool) -> str:
    """What the link to the comparison says of ``count`` systems, of which it takes some."""
    if picked:
        return "Compare the marked" if count <= COMPARED else f"Compare the first {COMPARED} marked"
    return f"Compare the first {min(count, COMPARED)}"


def compare_address(dataset: str, measure: str, systems: list[str]) -> dict[str, str | list[str]]:
    """The compare page's parameters."""
    return {"dataset": dataset, "measure": measure, "systems": systems}


def _bibtex(snapshot: Snapshot, view: View, listed: Listed) -> bytes:
    systems = []
    for line, facts in listed:
        profiles = [
            snapshot.profiles[name, line.system]
            for name in line.rows
            if (name, line.system) in snapshot.profiles
        ]
        links = tuple(dict.fromkeys(link for profile in profiles for link in profile.links))
        systems.append((line.system, facts.description, facts.created, links))
    datasets = [(name, snapshot.datasets[name].spec) for name in view.datasets if name in snapshot.datasets]
    return bibtex(systems, datasets, snapshot.board.digest, view.measure).encode()
