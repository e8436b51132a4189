"""Sections of the compare page about single queries: gains and losses, and two rankings side by side."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from harness.errors import StoreError
from harness.leaderboard.row import Row
from harness.leaderboard.sidebyside import Place, side_by_side
from leaderboard_app.compare_charts import PICK, POINTS, drawn, gains, query_frame, scatter
from leaderboard_app.links import plain
from leaderboard_app.rankings import Evidence, evidence, ranking_of
from leaderboard_app.store import PerQuery, Snapshot, read_per_query
from leaderboard_app.view_state import choose_named

TOP = 10


def show_queries(snapshot: Snapshot, dataset: str, first: str, second: str, measure: str) -> None:
    """Plots and table of all queries, then the one that was chosen."""
    found = read_per_query(dataset, [first, second], measure)
    data = query_frame(found.ids, found.texts, found.values)
    places = drawn(found.values)
    shown = data.iloc[places]
    left, right = st.columns(2, gap="large")
    with left:
        st.altair_chart(
            scatter(shown, first, second, measure),
            key="scatter",
            on_select=_picked_in_plot,
            alt=f"{measure} of every query: {second} across, {first} up; the table below has the values",
        )
    with right:
        st.altair_chart(
            gains(shown, first, second, measure),
            alt=f"Differences of all queries, {first} minus {second}, largest first",
        )
    if len(data) > POINTS:
        st.caption(f"Drawn are {POINTS:,} of {len(data):,} queries, with the largest differences among them.")
    ordered = data.sort_values("difference", key=abs, ascending=False, kind="stable")
    show_table(ordered, first, second)
    show_query(snapshot, dataset, (first, second), found, list(ordered["query"]))


def show_table(ordered: pd.DataFrame, first: str, second: str) -> None:
    """Every query, largest difference first; marking a row opens it below."""
    number, text = st.column_config.NumberColumn, st.column_config.TextColumn
    st.session_state["query order"] = list(ordered["query"])
    st.dataframe(
        ordered,
        hide_index=True,
        height=250,
        key="queries",
        on_select=_picked_in_table,
        selection_mode="single-row",
        column_config={
            "query": text("Query", width="small", help="The query's id. Mark a row to see both rankings."),
            "text": text("Text", width="large", help="What was searched for."),
            "first": number(first, format="%.4f", help="Its value on the query."),
            "second": number(second, format="%.4f", help="Its value on the query."),
            "difference": number("Difference", format="%+.4f", help="First minus second."),
        },
        alt="Values of both systems on every query, largest difference first",
    )


def _picked_in_table() -> None:
    rows = st.session_state["queries"].selection.rows
    order = st.session_state.get("query order", [])
    if rows and rows[0] < len(order):
        st.session_state["query"] = order[rows[0]]


def _picked_in_plot() -> None:
    chosen = st.session_state["scatter"].selection.get(PICK) or []
    if chosen and "query" in chosen[0]:
        st.session_state["query"] = chosen[0]["query"]


def show_query(
    snapshot: Snapshot, dataset: str, systems: tuple[str, str], found: PerQuery, order: Sequence[str]
) -> None:
    """The first places of both rankings of one query, with texts, grades and moves."""
    st.header("Both rankings of a query")
    texts = dict(zip(found.ids, found.texts, strict=True))
    query = choose_named(
        "Query",
        "query",
        {name: f"{name} · {texts[name][:90]}" for name in order},
        help="The largest difference first. A click in the plot or the table above chooses, too.",
        width=640,
    )
    st.text(texts[query] or "(the text of the query is not known)")
    rows = [next(row for row in snapshot.systems[name] if row.dataset == dataset) for name in systems]
    try:
        first, second = (ranking_of(row, query) for row in rows)
    except StoreError as error:
        st.info(plain(str(error)))
        return
    ids = frozenset([*first[:TOP], *second[:TOP]])
    known = evidence(dataset, snapshot.datasets[dataset].judgments, query, ids)
    if known.note:
        st.caption(known.note)
    place = found.ids.index(query)
    for column, row, values, places in zip(
        st.columns(2, gap="large"),
        rows,
        found.values,
        side_by_side(first, second, known.grades, TOP),
        strict=True,
    ):
        with column:
            show_ranking(row, float(values[place]), places, known)
    show_relevant(known, ids)


def show_ranking(row: Row, value: float, places: Sequence[Place], known: Evidence) -> None:
    """One ranking: a bordered box a document."""
    st.markdown(f"**{plain(row.system)}** · {value:.4f}")
    if not places:
        st.info("The run has no documents for this query.")
    for place in places:
        with st.container(border=True, gap="small"):
            document = known.texts.get(place.document)
            st.markdown(f"**{place.rank}.** {grade_words(place, known)} · {move_words(place)}")
            title = document.title if document and document.title else ""
            st.caption(plain(f"{place.document} {title}".strip()))
            if document:
                st.text(document.text[:280] + ("…" if len(document.text) > 280 else ""))


def grade_words(place: Place, known: Evidence) -> str:
    """A document's judgment: words and a colour."""
    if not known.judged:
        return ":gray-badge[judgment not here]"
    if place.grade is None:
        return ":orange-badge[? unjudged]"
    if place.grade == 0:
        return ":gray-badge[0 not relevant]"
    return f":green-badge[✓ grade {place.grade}]"


def move_words(place: Place) -> str:
    """Where the document stands in the other ranking."""
    if place.move is None:
        return "not in the other ranking"
    if place.move == 0:
        return "same rank in the other"
    arrow = "↑" if place.move > 0 else "↓"
    return f"{arrow} {abs(place.move)}: rank {place.other} in the other"


def show_relevant(known: Evidence, shown: frozenset[str]) -> None:
    """How many relevant documents neither list shows."""
    if known.judged:
        relevant = {document for document, grade in known.grades.items() if grade > 0}
        missed = len(relevant - shown)
        st.caption(
            f"{len(known.grades):,} documents were judged for this query, {len(relevant):,} are relevant; "
            f"{missed:,} of these stand in neither list above."
        )
