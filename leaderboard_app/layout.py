"""What every page shares: problems in words, the digest line, tables of facts."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from harness.errors import HarnessError, StoreError
from harness.store.engine import store_url
from harness.words import many
from leaderboard_app.connection import safe_url
from leaderboard_app.frames import facts_frame
from leaderboard_app.links import page_link, plain
from leaderboard_app.store import Snapshot

HOW_TO_FILL = """\
harness demo                                    # a small board from scratch
harness run baselines/bm25.yaml --dataset DATASET --out runs/DATASET/bm25
harness rebuild --runs runs --store {store}"""


def show_problem(error: HarnessError) -> None:
    """An error of the harness in its own words, without traceback and without the store's password."""
    message = str(error).replace(store_url(), _shown_url())
    if not isinstance(error, StoreError):  # another board would not help
        st.title("This page cannot be shown")
        show_missing(message)
        return
    st.title("The board cannot be shown")
    st.warning(plain(message))
    st.write("A board is made from run files by one of these commands; reload this page afterwards.")
    st.code(HOW_TO_FILL.format(store=_shown_url()), language="bash", wrap_lines=True)


def show_empty() -> None:
    """A board without runs."""
    st.info("There is no run on this board yet.")
    st.write("Make a run and rebuild the board; reload this page afterwards.")
    st.code(HOW_TO_FILL.format(store=_shown_url()), language="bash", wrap_lines=True)


def show_missing(message: str) -> None:
    """Something that the address names and the board lacks."""
    st.warning(plain(message))
    page_link("board", "Back to the board")


def show_footer(snapshot: Snapshot) -> None:
    """What the board was taken from, and how to check it."""
    board = snapshot.board
    runs = sum(not row.parts for row in board.rows)
    st.divider()
    label = f"Board digest {board.digest[:12]}… · {many(runs, 'run')} · how to check this board"
    foot = st.expander(label, key="how_to_check", on_change="rerun")
    if not foot.open:  # its code blocks would load a highlighter of 1.5 MB on every page
        return
    with foot:
        st.write(
            "The digest is a sha256 over every row, value and validation count of the board. Whoever has the "
            "same run files and judgments gets the same digest from this command:"
        )
        st.code(board.digest, language=None, wrap_lines=True)
        st.code(
            "harness rebuild --runs runs --store sqlite:///check.sqlite", language="bash", wrap_lines=True
        )


def show_facts(facts: Mapping[str, str], about: str) -> None:
    """A short list of names and values, shown as they are; ``about`` names it for screen readers."""
    if facts:
        shown = {plain(name): plain(value) for name, value in facts.items()}
        st.table(facts_frame(shown), border="horizontal", hide_header=True, alt=about)


def show_hashes(hashes: Mapping[str, str]) -> None:
    """Names and hashes, a line each, to be copied whole."""
    width = max(map(len, hashes), default=0)
    lines = [f"{name:<{width}}  {value}" for name, value in hashes.items() if value]
    if lines:
        st.code("\n".join(lines), language=None, wrap_lines=True)


def _shown_url() -> str:
    try:
        return safe_url(store_url())
    except Exception:  # not a URL at all; the error being shown says so
        return store_url()
