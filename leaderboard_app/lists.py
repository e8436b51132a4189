"""Lists of all systems and of all data sets: short facts, a search, and the way to each page."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote, urlencode

import pandas as pd
import streamlit as st

from harness.leaderboard.facts import REPRODUCED, reproduction_of
from harness.leaderboard.row import Row
from harness.store.reading import StoredDataset
from leaderboard_app.links import page_link, system_link
from leaderboard_app.pages import PAGES
from leaderboard_app.store import Snapshot
from leaderboard_app.view_state import choose_many, write_text


def show_systems(snapshot: Snapshot) -> None:
    """A row a system, found by words and by family."""
    families = sorted({rows[0].family for rows in snapshot.systems.values()})
    with st.container(horizontal=True, vertical_alignment="bottom"):
        words = write_text(
            "Search",
            "find",
            help="Every word has to stand in system, family or description.",
            placeholder="System or description",
            width=260,
        )
        chosen = choose_many(
            "Family",
            "family",
            families,
            help="What kind of system; none chosen keeps all.",
            placeholder="All families",
            width=260,
        )
    wanted = words.casefold().split()
    kept = [
        rows
        for rows in snapshot.systems.values()
        if (not chosen or rows[0].family in chosen) and _has(wanted, rows[0])
    ]
    st.caption(f"{len(kept):,} of {len(snapshot.systems):,} systems")
    if not kept:
        st.info("No system has all of these words; take one away.")
        return
    text = st.column_config.TextColumn
    st.dataframe(
        systems_frame(snapshot, kept),
        hide_index=True,
        placeholder="",
        column_config={
            "system": text("System", pinned=True, help="The system's name."),
            "link": st.column_config.LinkColumn("Page", display_text="open", width=60, help="Its page."),
            "family": text("Family", help="What kind of retrieval it is, as its card says."),
            "data sets": st.column_config.NumberColumn("Data sets", width=80, help="With a run of it."),
            "first stage": text("First stage", help="What searches the whole collection."),
            "re-ranks": st.column_config.NumberColumn(
                "Re-ranks", width=80, help="How many documents of a query are put in order anew."
            ),
            "trained on": text("Trained on", help="Data sets that its cards declare training on."),
            "reproduced": st.column_config.NumberColumn(
                "Reproduced", width=90, help="How many of its runs were made again here."
            ),
            "date": text("Newest run", width=95, help="The day it was made, in UTC."),
            "description": text("Description", width="large", help="What its card says."),
        },
        alt="All systems of the board with short facts",
    )
    open_one("System", "system", [rows[0].system for rows in kept])


def open_one(label: str, page: str, names: Sequence[str]) -> None:
    """The way to a page without a mouse: choose a name, follow the link."""
    chosen = st.selectbox(
        label,
        names,
        index=None,
        placeholder="Choose by name",
        help="The same pages as the links in the table, by keyboard.",
        width=420,
    )
    if chosen:
        page_link(page, f"Open {chosen}", {page: chosen})


def _has(words: Sequence[str], row: Row) -> bool:
    text = f"{row.system} {row.family} {row.description}".casefold()
    return all(word in text for word in words)


def systems_frame(snapshot: Snapshot, systems: Sequence[Sequence[Row]]) -> pd.DataFrame:
    """A row a system; a macro average is no data set of its own."""
    made = [[row for row in rows if not row.parts] or list(rows) for rows in systems]
    cards = [
        [card for row in rows if (card := snapshot.profiles.get((row.dataset, row.system)))] for rows in made
    ]
    return pd.DataFrame(
        {
            "system": [rows[0].system for rows in made],
            "link": [system_link(rows[0].system) for rows in made],
            "family": [rows[0].family for rows in made],
            "data sets": [len(rows) for rows in made],
            "first stage": [", ".join(dict.fromkeys(c.first_stage for c in told)) for told in cards],
            "re-ranks": pd.array(
                [max((c.rerank_depth for c in told if c.rerank_depth), default=None) for told in cards],
                dtype="Int64",
            ),
            "trained on": [", ".join(dict.fromkeys(n for c in told for n in c.trained_on)) for told in cards],
            "reproduced": [
                sum(reproduction_of(row).get("verdict") in REPRODUCED for row in rows) for rows in made
            ],
            "date": [max(row.created for row in rows)[:10] for rows in made],
            "description": [" ".join(rows[0].description.split()) for rows in made],
        }
    )


def show_datasets(snapshot: Snapshot) -> None:
    """A row a data set, those with runs first."""
    entries = sorted(snapshot.datasets.values(), key=lambda entry: not snapshot.rows_on(entry.name))
    number, text = st.column_config.NumberColumn, st.column_config.TextColumn
    st.dataframe(
        datasets_frame(snapshot, entries),
        hide_index=True,
        placeholder="",
        column_config={
            "data set": text("Data set", pinned=True, help="Its name in the catalogue."),
            "link": st.column_config.LinkColumn("Page", display_text="open", width=60, help="Its page."),
            "title": text("Title", help="Its full name."),
            "documents": number("Documents", format="localized", help="Of the collection."),
            "queries": number("Judged queries", format="localized", help="Every mean is over these."),
            "measure": text("Measure", width=90, help="The headline measure."),
            "systems": number("Systems", width=75, help="With a run on it."),
            "best": text("Highest score", width=165, help="No proof: its page has the groups."),
            "score": number("Score", format="%.4f", help="By the headline measure."),
            "domain": text("Domain", help="What the documents are about."),
            "licence": text("Licence", help="As far as it is known."),
        },
        alt="All data sets of the board with short facts",
    )
    open_one("Data set", "dataset", [entry.name for entry in entries])


def dataset_link(dataset: str) -> str:
    """The permalink of a data set's page, relative to the board."""
    return f"{PAGES['dataset'].path}?{urlencode({'dataset': dataset}, quote_via=quote)}"


def datasets_frame(snapshot: Snapshot, entries: Sequence[StoredDataset]) -> pd.DataFrame:
    """A row a data set, in the order of ``entries``."""
    rows = [snapshot.rows_on(entry.name) for entry in entries]
    counts = [dict(entry.spec.get("counts") or {}) for entry in entries]
    return pd.DataFrame(
        {
            "data set": [entry.name for entry in entries],
            "link": [dataset_link(entry.name) for entry in entries],
            "title": [entry.title for entry in entries],
            "documents": pd.array([each.get("documents") for each in counts], dtype="Int64"),
            "queries": pd.array([entry.judged_queries or None for entry in entries], dtype="Int64"),
            "measure": [entry.headline for entry in entries],
            "systems": [len(found) for found in rows],
            "best": [found[0].system if found else "" for found in rows],
            "score": pd.array(
                [
                    found[0].measures.get(entry.headline) if found else None
                    for found, entry in zip(rows, entries, strict=True)
                ],
                dtype="Float64",
            ),
            "domain": [str(entry.spec.get("domain") or "") for entry in entries],
            "licence": [str(entry.spec.get("licence") or "") for entry in entries],
        }
    )
