"""The efficiency page: effectiveness against a cost, with the Pareto front of one class of machine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd
import streamlit as st

from harness.efficiency.front import Placed, Point, classes_of, place
from leaderboard_app.charts import GREY
from leaderboard_app.efficiency_chart import drawable, efficiency_chart, kind_of
from leaderboard_app.frames import measures_of
from leaderboard_app.layout import show_empty
from leaderboard_app.links import plain
from leaderboard_app.store import Snapshot, read_snapshot
from leaderboard_app.view_state import choose_named, choose_one


class Axis(NamedTuple):
    """A cost: the field of ``Costs``, what it is divided by for the screen, whether the machine matters."""

    title: str
    field: str
    scale: float
    timed: bool
    help: str


AXES = {
    "query": Axis("Time for a query, ms", "query_ms", 1, True, "The mean over queries, from the throughput."),
    "p95": Axis("95th percentile of a query's time, ms", "p95_ms", 1, True, "As the card reports it."),
    "index": Axis("Index size, MB", "index_bytes", 1e6, False, "Bytes of the index."),
    "build": Axis("Time to build the index, s", "index_seconds", 1, True, "As the card reports it."),
    "memory": Axis("Most memory in use, MB", "memory_bytes", 1e6, True, "As the card reports it."),
    "energy": Axis("Energy for all queries, J", "joules", 1, True, "As the card reports it."),
    "tokens": Axis("Tokens for all queries", "tokens", 1, False, "Through a language model."),
    "cost": Axis("Money for all queries", "cost", 1, False, "In the currency of the card."),
}
ANY = "any machine"


def show() -> None:
    """Draw the page."""
    snapshot = read_snapshot()
    st.title("Efficiency")
    st.caption(
        "Effectiveness against what it costs. Times, memory and energy are compared inside one class of "
        "machine only; systems that were measured elsewhere are grey, with the reason. Sizes, tokens and "
        "money do not depend on the machine."
    )
    if not snapshot.board.rows:
        show_empty()
        return
    names = [name for name in snapshot.datasets if any(not row.parts for row in snapshot.rows_on(name))]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        dataset = choose_one("Data set", "dataset", names, help="Runs on this data set.", width=220)
        measure = choose_one(
            "Measure", "measure", measures_of(snapshot.rows_on(dataset)), help="Up is better.", width=150
        )
        axis = AXES[
            choose_named(
                "Cost",
                "cost",
                {key: each.title for key, each in AXES.items()},
                help=" ".join(f"{each.title}: {each.help}" for each in AXES.values()),
                width=300,
            )
        ]
        points = points_of(snapshot, dataset, measure, axis)
        machine = choose_machine(points, axis)
    placed = place(points, machine)
    if all(each.left_out for each in placed):
        st.info(
            f"No card of a run on {plain(dataset)} says this cost: {plain(axis.title)}. Choose another one."
        )
    else:
        show_chart(placed, axis, measure)
    show_table(placed, axis, measure)


def points_of(snapshot: Snapshot, dataset: str, measure: str, axis: Axis) -> list[Point]:
    """A point a run; where the machine does not matter, all are of one class."""
    found = []
    for row in snapshot.rows_on(dataset):
        if measure not in row.measures:
            continue
        costs = snapshot.profiles[dataset, row.system].costs
        cost = getattr(costs, axis.field)
        machine = costs.machine_class if axis.timed else ANY
        found.append(
            Point(row.system, row.measures[measure], None if cost is None else cost / axis.scale, machine)
        )
    return found


def choose_machine(points: Sequence[Point], axis: Axis) -> str:
    """The class of machine to compare in; none is asked for where it does not matter."""
    classes = classes_of(points)
    if not axis.timed or not classes:
        return ANY
    return choose_one(
        "Class of machine",
        "machine",
        classes,
        help="Processor, cores and memory, as the cards say. Times on other machines do not compare.",
        width=300,
    )


def show_chart(placed: Sequence[Placed], axis: Axis, measure: str) -> None:
    """The plot, and who has no place in it."""
    if drawable(placed):
        st.altair_chart(
            efficiency_chart(placed, axis.title, measure),
            alt=f"{measure} against {axis.title}; the table below has the values",
        )
    free = [each.point.name for each in placed if each.point.cost == 0]
    if free:
        st.caption(plain(f"Without a place on a logarithmic axis, since the cost is 0: {', '.join(free)}."))


def show_table(placed: Sequence[Placed], axis: Axis, measure: str) -> None:
    """The same values as a table, with the reason for each system that is left out."""
    frame = pd.DataFrame(
        {
            "system": [each.point.name for each in placed],
            "value": [each.point.value for each in placed],
            "cost": pd.array([each.point.cost for each in placed], dtype="Float64"),
            "place": [kind_of(each) for each in placed],
            "why": [each.left_out for each in placed],
        }
    )
    grey = [f"color: {GREY}" if each.left_out else "" for each in placed]
    number, text = st.column_config.NumberColumn, st.column_config.TextColumn
    st.dataframe(
        frame.style.apply(lambda column: grey[: len(column)], axis=0),
        hide_index=True,
        placeholder="",
        column_config={
            "system": text("System", help="The system's name."),
            "value": number(measure, format="%.4f", help="Computed here."),
            "cost": number(axis.title, format="%.4g", help=f"{axis.help} Reported by whoever made the run."),
            "place": text("Place", help="On the front nobody is both better and cheaper."),
            "why": text("Why not compared", width="large", help="Empty for systems that are compared."),
        },
        alt=f"{measure} and {axis.title} of every system",
    )
    st.caption("Costs are what the maker of a run reports; only the effectiveness is computed here.")


show()
