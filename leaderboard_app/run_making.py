"""Sections of a run's page about its making: the card, downloads, the command that makes it again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from harness.errors import StoreError
from harness.leaderboard.row import Row
from leaderboard_app import card as cards
from leaderboard_app.files import card_text, reproduce_command, run_file
from leaderboard_app.layout import show_facts, show_hashes
from leaderboard_app.links import plain
from leaderboard_app.store import RunDetail


def show_card(row: Row, detail: RunDetail) -> None:
    """How the run was made."""
    st.header("How it was made")
    show_stages(detail.card)
    left, right = st.columns(2, gap="large")
    with left:
        show_facts(cards.general(detail.card), "The card")
        show_facts(cards.software(detail.card), "Software")
    with right:
        show_facts(cards.circumstances(detail.card), "Machine and times")
    show_hashes(cards.identity(detail.card, row.sha256))
    st.caption("The card is what the maker of the run reports; only the scores are computed here.")


def show_stages(card: Mapping[str, Any]) -> None:
    """The stages of the pipeline with their parameters, those of a fusion's branches indented."""
    lines = [
        f"{'    ' * stage.level}- **{plain(stage.kind)}** {plain(stage.name)}"
        + (f": {plain(stage.parameters)}" if stage.parameters else "")
        for stage in cards.pipeline(card)
    ]
    if lines:
        st.markdown("\n".join(lines))


def show_files(row: Row, detail: RunDetail, *, offer: bool) -> None:
    """Downloads and the way to make or check the run again, if it may be had (``offer``)."""
    st.header("Take it along")
    show_downloads(row, detail, offer=offer)
    command = reproduce_command(row.dataset, row.system)
    if command:
        st.write("Make the run again:")
        st.code(command, language="bash", wrap_lines=True)
    else:
        st.write(
            "No baseline file of this name comes with the harness, so the run cannot be made again here."
        )
    st.write("Check that a run file is the one scored here; the sha256 it prints has to be the one above:")
    st.code("harness validate run.trec.gz", language="bash")


def show_downloads(row: Row, detail: RunDetail, *, offer: bool) -> None:
    """The run file, if it may be had (``offer``), and the card."""
    with st.container(horizontal=True):
        if offer:
            _offer_run(row)
        else:
            st.info("The queries of this data set are kept back, and run files with them.")
        st.download_button(
            "Card",
            card_text(detail.card),
            file_name=f"{row.dataset}.{row.system}.card.yaml",
            mime="application/yaml",
            on_click="ignore",
            icon=":material/download:",
        )


def _offer_run(row: Row) -> None:
    """The run file, or why it is not here."""
    try:
        path = run_file(row.path)
    except StoreError as error:
        st.info(plain(str(error)))
        return
    st.download_button(
        "Run file",
        path.read_bytes,
        file_name=f"{row.dataset}.{row.system}.trec.gz",
        mime="application/gzip",
        on_click="ignore",
        icon=":material/download:",
    )
