"""A data set's page: ``dataset?dataset=…`` is its permalink."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from harness.store.reading import StoredDataset
from leaderboard_app.columns import measure_help
from leaderboard_app.dataset_sections import show_best, show_inside
from leaderboard_app.layout import show_empty, show_facts, show_hashes, show_missing
from leaderboard_app.links import page_link, plain
from leaderboard_app.lists import show_datasets
from leaderboard_app.store import Snapshot, read_detail, read_snapshot


def show() -> None:
    """Draw the page of the data set that the address names, or a list of all where it names none."""
    snapshot = read_snapshot()
    name = st.query_params.get("dataset")
    if name is None:
        show_list(snapshot)
        return
    entry = snapshot.datasets.get(name)
    if entry is None:
        st.title("No such data set")
        show_missing(f"The board holds no data set {name!r}.")
        return
    spec = entry.spec
    st.title(plain(entry.title))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(plain(entry.name))
        page_link("board", "Systems on this data set", {"benchmark": "own", "datasets": entry.name})
    st.text(str(spec.get("description") or ""))
    show_notes(spec)
    left, right = st.columns(2, gap="large")
    with left:
        st.header("Facts")
        show_facts(facts(entry), "Facts about the data set")
    with right:
        st.header("Measures")
        show_measures(entry)
    st.header("Best systems")
    show_best(snapshot, entry)
    if not spec.get("parts"):
        show_inside(snapshot, entry)
    show_fingerprint(snapshot, entry)
    if spec.get("citation"):
        st.header("Citation")
        st.code(str(spec["citation"]), language=None, wrap_lines=True)


def show_fingerprint(snapshot: Snapshot, entry: StoredDataset) -> None:
    """Hashes of the judgments that scores were computed with, and of the data that runs were made on."""
    prints = {"judgments": entry.judgments} | fingerprints_of(snapshot, entry)
    if any(prints.values()):
        st.header("Fingerprints")
        show_hashes(prints)
        st.caption(
            "Scores computed with other judgments do not compare. Documents and queries are as the cards say."
        )


def fingerprints_of(snapshot: Snapshot, entry: StoredDataset) -> dict[str, str]:
    """What the card of the best run says of documents and queries; empty without a run."""
    row = next((row for row in snapshot.rows_on(entry.name) if not row.parts), None)
    if row is None:
        return {}
    told = dict(read_detail(entry.name, row.system).card.get("fingerprints") or {})
    return {name: str(told[name]) for name in ("documents", "queries") if told.get(name)}


def show_list(snapshot: Snapshot) -> None:
    """All data sets of the board."""
    st.title("Data sets")
    if not snapshot.datasets:
        show_empty()
        return
    show_datasets(snapshot)


def show_notes(spec: Mapping[str, Any]) -> None:
    """What a reader of scores on this data set has to know."""
    if spec.get("parts"):
        listed = ", ".join(plain(str(part)) for part in spec["parts"])
        st.write(f"A macro average: the unweighted mean over {len(spec['parts'])} data sets: {listed}.")
    rules = dict(spec.get("quirks") or {})
    notes = [str(spec.get(key)) for key in ("quirk_notes", "counts_note") if spec.get(key)]
    if spec.get("runs_from"):
        notes.append(f"The runs are those on {spec['runs_from']}, scored with other judgments.")
    if spec.get("hidden"):
        notes.append("The judgments are kept on the server: means are rounded, values of queries not shown.")
    if rules.get("drop_self_matches"):
        notes.append("A result whose id is the query's own id is dropped before scoring.")
    if rules.get("excluded_ids"):
        notes.append(f"Excluded results are listed in {rules['excluded_ids']}.")
    if rules.get("grade_map"):
        pairs = ", ".join(f"{old} → {new}" for old, new in rules["grade_map"].items())
        notes.append(f"Grades are mapped before scoring: {pairs}.")
    for note in notes:
        st.info(plain(note))


def facts(entry: StoredDataset) -> dict[str, str]:
    """The catalogue's entry in plain words; what it lacks is left out."""
    spec, counts = entry.spec, dict(entry.spec.get("counts") or {})
    found = {
        key.replace("_", " ").capitalize(): f"{counts[key]:,}"
        for key in ("documents", "queries", "judged_queries", "judgments")
        if counts.get(key) is not None
    }
    grades = sorted((int(grade), count) for grade, count in dict(counts.get("grades") or {}).items())
    relevance = dict(spec.get("quirks") or {}).get("relevance_level", 1)
    found |= {
        "Judgments by grade": ", ".join(f"{grade}: {count:,}" for grade, count in grades),
        "Relevant from grade": str(relevance),
        "Judged queries on the board": f"{entry.judged_queries:,}" if entry.judged_queries else "",
        "Task": str(spec.get("task") or ""),
        "Domain": str(spec.get("domain") or ""),
        "Languages": ", ".join(spec.get("languages") or ()),
        "Split": str(spec.get("split") or ""),
        "Depth": str(spec.get("depth") or ""),
        "Licence": str(spec.get("licence") or ""),
        "Homepage": str(spec.get("homepage") or ""),
    }
    return {name: value for name, value in found.items() if value}


def show_measures(entry: StoredDataset) -> None:
    """The measures that runs are scored by, headline first, with their meaning."""
    names = list(dict.fromkeys([entry.headline, *(entry.spec.get("measures") or ())]))
    meanings = [plain(measure_help(name).removesuffix(" Mean over all judged queries.")) for name in names]
    meanings[0] += " **(headline)**"
    frame = pd.DataFrame({"meaning": meanings}, index=[plain(name) for name in names])
    st.table(frame, border="horizontal", hide_header=True, alt="Measures and their meaning")


show()
