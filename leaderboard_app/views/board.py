"""The board: choose a benchmark and a measure, filter, compare, share, take along."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from harness.leaderboard.facts import accounts_told
from harness.leaderboard.overview import Overview
from harness.words import many
from leaderboard_app.bars import show_bars
from leaderboard_app.board_export import show_chooser, show_exports
from leaderboard_app.choices import (
    View,
    choose,
    choose_columns,
    lists_of,
    show_view_link,
    usual_columns,
)
from leaderboard_app.columns import FACTS, OPENED, SCORE, board_columns, column_on
from leaderboard_app.filter_choices import choose_filter
from leaderboard_app.first_group import crossing_words, leaders
from leaderboard_app.first_paint import about
from leaderboard_app.frames import Listed, board_frame
from leaderboard_app.layout import show_empty, show_missing
from leaderboard_app.links import page_link, plain
from leaderboard_app.pages import PAGES
from leaderboard_app.store import Snapshot, read_overview, read_snapshot
from leaderboard_app.view_state import has_come, is_day

# Comments, not strings: Streamlit can show a bare string of a page's file as text.
NOBODY_THEN = "No system had a run on these data sets at the end of that day."
VISIBLE_ROWS = 25  # a longer table scrolls inside itself


def show() -> None:
    """Draw the page."""
    snapshot = read_snapshot()
    st.title("Retrieval leaderboard")
    st.caption(about(snapshot.board.digest))
    if not snapshot.board.rows:
        show_empty()
        return
    day = st.query_params.get("as_of", "")
    if day and not is_day(day):
        show_missing(f"{day!r} in the address is no day; expected one such as 2026-01-31.")
        return
    if day and not has_come(day):
        show_missing(f"{day} has not come yet, so there is no board of that day.")
        return
    if day:
        show_past_note(day)
    lists, present = lists_of(snapshot)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        view = choose(snapshot, lists, present)
        if view is None:
            return
        found, everything = read_overview(view.datasets, view.measure, day)
        chosen = choose_filter(everything)
        told = accounts_told(facts for _, facts in everything)
        columns = choose_columns(view, told)
    listed = [(line, facts) for line, facts in everything if chosen.keeps(line, facts)]
    show_heading(snapshot, view, found, listed)
    if not listed:
        st.info("No system passes the filters." if everything else NOBODY_THEN)
    else:
        show_leaders(found)
        picked = show_table(view, found, listed, columns)
        show_exports(snapshot, view, found, [listed[i] for i in picked] or listed, picked=bool(picked))
        show_bars(
            [line for line, _ in listed], f"Mean {view.measure}" if len(view.datasets) > 1 else view.measure
        )
        show_chooser(listed)
    show_remarks(snapshot, view, found)
    show_view_link(view, chosen, columns, usual_columns(view, told), day)


def show_past_note(day: str) -> None:
    """The view is of a past day."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.info(
            f"This is the board at the end of {plain(day)}, scored by the judgments and the engine of now. "
            "Runs that were replaced or withdrawn since have no interval, for the values of their queries "
            "are not kept; where there are such runs, a single data set has no groups."
        )
        page_link("board", "The board of now")
        page_link("history", "What has changed since", {"as_of": day})


def show_heading(snapshot: Snapshot, view: View, found: Overview, listed: Listed) -> None:
    """What the table is of, in a line, and the list of data sets one click away."""
    total = len(found.lines)
    shown = f"{len(listed)} of {total}" if len(listed) < total else f"{total}"
    lacking = sum(bool(line.missing) for line, _ in listed)
    several = len(view.datasets) > 1
    what = (
        f"mean of {plain(view.measure)} over {len(view.datasets)} data sets"
        if several
        else plain(view.measure)
    )
    text = f"{shown} system{'s' * (total != 1)} · ordered by {what}"
    if lacking:
        text += f" · {lacking} incomplete, listed last without a mean"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(text, width="stretch")
        if several:
            with st.popover("What the mean is over", icon=":material/list:"):
                show_list(snapshot, view)
        else:
            page_link("dataset", "About this data set", {"dataset": view.datasets[0]})


def show_list(snapshot: Snapshot, view: View) -> None:
    """The data sets behind a mean, each with its link."""
    st.write(f"{plain(view.title)}: each of these data sets weighs the same.")
    for name in view.datasets:
        if name in snapshot.datasets:
            page_link("dataset", f"{snapshot.datasets[name].title} ({name})", {"dataset": name})
        else:
            st.write(f"{plain(name)}: no run on this board")


def show_leaders(found: Overview) -> None:
    """Whom to look at, in a sentence, before the table."""
    first = leaders(found)
    if first:
        names = ", ".join(f"**{plain(name)}**" for name in first.systems)
        more = f" and {first.more} more" if first.more else ""
        st.markdown(f"{plain(first.said)} {names}{more}.")


def show_table(view: View, found: Overview, listed: Listed, columns: Sequence[str]) -> list[int]:
    """The table; the positions of the rows that the visitor marked. A click on a name leaves the page."""
    shown = st.dataframe(
        board_frame(found, listed, view.others),
        hide_index=True,
        column_order=in_sequence(view, columns),
        column_config=board_columns(view.measure, view.others, view.datasets),
        height="content" if len(listed) <= VISIBLE_ROWS else 35 * (VISIBLE_ROWS + 1),
        placeholder="",
        key="table",
        on_select="rerun",
        selection_mode="multi-row",
        alt=f"Systems on {view.title}, ordered by {view.measure}",
    )
    opened = st.session_state.get(OPENED)
    if opened and opened["row"] < len(listed):
        st.switch_page(PAGES["system"].file, query_params={"system": listed[opened["row"]][0].system})
    return [row for row in shown.selection.rows if row < len(listed)]


def in_sequence(view: View, columns: Sequence[str]) -> list[str]:
    """The order of the columns: what most decisions need first, then values, then the rest.

    The data sets of a mean stand before the facts, further measures of a single data set after them. What
    was reproduced stands before both, so that a window of 1280 pixels has it without scrolling.
    """
    first = ("interval", "open ranks", "data sets", "family", "reproduced")
    chosen = [name for name in first if name in columns]
    facts = [name for name in FACTS if name in columns and name not in chosen]
    if len(view.datasets) > 1:
        return ["group", "system", SCORE, *chosen, *map(column_on, view.datasets), *facts]
    chosen = [name for name in chosen if name != "data sets"]
    return ["group", "system", SCORE, *chosen, *facts, *(name for name in view.others if name in columns)]


def show_remarks(snapshot: Snapshot, view: View, found: Overview) -> None:
    """How groups came about, and who is missing from a macro average."""
    if found.rule:
        unit = "data sets" if "data sets" in found.rule else "queries"
        why = crossing_words(found.lines, unit)
        st.caption(plain(" ".join(part for part in (f"Groups: {found.rule}.", found.note, why) if part)))
    lacking = [
        (system, gone) for dataset, system, gone in snapshot.board.incomplete if dataset in view.datasets
    ]
    if lacking:
        lines = [f"- {plain(system)} lacks {', '.join(map(plain, gone))}" for system, gone in lacking]
        with st.expander(
            f"{many(len(lacking), 'system is', 'systems are')} not averaged, because a part is missing"
        ):
            st.markdown("\n".join(lines))


show()
