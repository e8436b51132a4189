"""The submit page: hand in a run, or try what would become of it, through the one admission."""

from __future__ import annotations

import tempfile
from pathlib import Path

import streamlit as st

from harness.errors import RequestError
from harness.submissions.cardcheck import card_template
from harness.submissions.door import Door, door_from_environment, hand_in
from harness.submissions.receipt import Receipt
from harness.submissions.upload import Upload
from leaderboard_app.links import plain
from leaderboard_app.receipts import show_receipt
from leaderboard_app.store import read_snapshot

HERE = """\
harness submit run.trec.gz --card card.yaml --dataset DATASET --dry-run
harness submit run.trec.gz --card card.yaml --dataset DATASET --server URL"""

BY_CARD = "as the card says"


def show() -> None:
    """Draw the page."""
    st.title("Submit a run")
    st.caption(
        "A run file in TREC format and its card are enough. Everything is checked first; every score is "
        "computed here. What is published stays in the ledger, and can be withdrawn with a reason."
    )
    door = the_door()
    if door is None:
        st.info(
            "This server takes no runs in: it was started without accounts. What it would say can be seen on "
            "your own machine, and runs can be sent to a server that takes them:"
        )
        st.code(HERE, language="bash", wrap_lines=True)
        show_template()
        return
    show_form(door)


@st.cache_resource(show_spinner=False)
def the_door() -> Door | None:
    """One door for all sessions, which keeps the data sets that it has made ready."""
    return door_from_environment()


def show_form(door: Door) -> None:
    """What is needed, and two buttons."""
    names = [BY_CARD, *read_snapshot().datasets]
    left, right = st.columns(2, gap="large")
    with left:
        run = st.file_uploader(
            "Run file, or an archive of several",
            key="upload",
            help="TREC format: query, Q0, document, rank, score, tag; plain, .gz or .zst. A zip or tar holds "
            "several runs with their cards and a manifest.yaml.",
        )
        dataset = st.selectbox(
            "Data set", names, key="for", help="What the run is on. An archive says it in its manifest."
        )
        token = st.text_input(
            "Token",
            key="token",
            type="password",
            help="An administrator or the registration gives it. A check alone needs none, except on data "
            "sets with hidden judgments.",
            autocomplete="off",
        )
    with right:
        card = st.text_area(
            "Card (YAML)",
            card_template(),
            key="card",
            height=340,
            help="Who made the run, what with and how. Not needed for an archive.",
        )
    with st.container(horizontal=True):
        dry = st.button("Check only", key="check", help="Everything but publishing; nothing is kept.")
        real = st.button("Submit", key="submit", type="primary", help="Checks, scores and publishes.")
    if not (dry or real):
        return
    if run is None:
        st.warning("Choose a run file first.")
        return
    with st.spinner("Checking and scoring …"), tempfile.TemporaryDirectory() as folder:
        receipt = send(
            door, Path(folder), (run.name, run.getvalue()), card, dataset, token=token, dry=not real
        )
    if receipt is not None:
        show_receipt(receipt)


def send(
    door: Door,
    folder: Path,
    run: tuple[str, bytes],
    card: str,
    dataset: str,
    *,
    token: str,
    dry: bool,
) -> Receipt | None:
    """Hand the upload in; None, after saying why, where the request itself is turned down."""
    name, content = run
    path, beside = folder / "upload", folder / "card.yaml"
    path.write_bytes(content)
    beside.write_text(card, encoding="utf-8")
    upload = Upload(path=path, card=beside, dataset=None if dataset == BY_CARD else dataset, name=name)
    try:
        return hand_in(
            door, upload, token=token.strip() or None, dry_run=dry, address=st.context.ip_address or ""
        )
    except RequestError as error:
        wait = f" Try again in {error.retry_after} seconds." if error.retry_after else ""
        st.error(plain(f"{error}{wait}"), icon=":material/block:")
        return None


def show_template() -> None:
    """A card to start from."""
    with st.expander("A card to fill in"):
        st.code(card_template(), language="yaml")


show()
