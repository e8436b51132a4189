"""The operator's page: what waits, what was refused, what takes up how much; for administrators' tokens."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from harness.errors import RequestError, StoreError
from harness.submissions.door import Door, door_from_environment, known
from harness.submissions.report import AdminReport, report
from leaderboard_app.links import plain

COMMAND = "harness admin report --runs runs --store sqlite:///board.sqlite"


def show() -> None:
    """Ask for a token, then draw the report."""
    st.title("Operation")
    door = door_from_environment()
    if door is None:
        st.info("This server was started without accounts, so nobody can be known here. On its machine:")
        st.code(COMMAND, language="bash")
        return
    token = st.text_input(
        "Administrator's token",
        key="operator",
        type="password",
        help="A token with the scope admin: harness accounts token NAME.",
        autocomplete="off",
    )
    if not token.strip():
        st.caption("The report names submitters and what was refused; it is for administrators.")
        return
    try:
        known(door.accounts, token.strip(), str(st.context.ip_address or "")).require("admin")
    except RequestError as error:
        st.error(plain(str(error)), icon=":material/block:")
        return
    try:
        show_report(read_report(door))
    except StoreError as error:
        st.error(plain(str(error)))


def read_report(door: Door) -> AdminReport:
    """The state of the server that this page belongs to."""
    return report(door.record, store=door.store, accounts=door.accounts)


def show_report(found: AdminReport) -> None:
    """State first, then what needs a decision, then counts."""
    show_state(found)
    table(
        "Waiting for a curator",
        ["submission", "by", "since", "runs", "noticed"],
        [[w.id, w.actor, w.time[:16], ", ".join(w.runs), ", ".join(w.flags)] for w in found.queue],
    )
    left, right = st.columns(2, gap="large")
    with left:
        table("Submissions", ["outcome", "number"], [list(item) for item in found.outcomes.items()])
        table("Storage", ["kind", "bytes"], [list(item) for item in found.storage.items()])
    with right:
        table("Refusals", ["code", "submissions"], [list(item) for item in found.refusals.items()])
    table(
        "Last reproductions",
        ["data set", "system", "time", "machine", "verdict"],
        [[*item[:2], item.time[:16], *item[3:]] for item in found.reproductions],
    )


def show_state(found: AdminReport) -> None:
    """Ledger, store and accounts, each in a sentence."""
    ledger, store = found.ledger, found.store
    if ledger["ok"]:
        st.success(f"The ledger is whole: {ledger['events']} events.", icon=":material/check:")
    else:
        st.error("The ledger was changed. " + plain(" ".join(ledger["problems"])), icon=":material/error:")
    if "problem" in store:
        st.error(plain(store["problem"]), icon=":material/error:")
    elif not store["current"]:
        st.warning("The store is behind the ledger; the next start of the server catches up.")
    told = found.accounts
    roles = ", ".join(f"{count} {role}" for role, count in told["accounts"].items()) or "none"
    registration = "on" if told["registration"] else "off"
    st.caption(
        plain(
            f"Accounts: {roles}; {told['disabled']} disabled, {told['tokens']} good tokens, "
            f"registration {registration}. Report of {found.time[:19]}."
        )
    )


def table(title: str, header: list[str], rows: list[list[object]]) -> None:
    """A titled table, or a word where there is nothing."""
    st.header(title)
    if rows:
        st.dataframe(pd.DataFrame(rows, columns=header), hide_index=True, alt=title)
    else:
        st.caption("None.")


show()
