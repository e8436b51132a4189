"""Entry of the leaderboard: ``harness serve`` starts it with the store in ``$HARNESS_STORE``.

Every page's file runs inside the frame drawn here; what it raises on purpose becomes words, not a traceback.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st
from sqlalchemy.exc import SQLAlchemyError

from harness.errors import HarnessError, StoreError
from leaderboard_app.addresses import Address
from leaderboard_app.layout import show_footer, show_problem
from leaderboard_app.links import plain
from leaderboard_app.manners import script, style
from leaderboard_app.pages import PAGES
from leaderboard_app.store import read_snapshot

if TYPE_CHECKING:
    from streamlit.navigation.page import StreamlitPage


def main() -> None:
    """Draw the page that the address names."""
    st.set_page_config(page_title="Retrieval leaderboard", layout="wide")
    pages = [
        st.Page(
            entry.file,
            title=entry.title,
            url_path=entry.path,
            default=not entry.path,
            visibility="visible" if entry.listed else "hidden",
        )
        for entry in PAGES.values()
    ]
    page = st.navigation(pages, position="top")
    st.html(style())
    st.html(script(), unsafe_allow_javascript=True)
    respell(page)
    try:
        snapshot = read_snapshot()
        page.run()
        show_footer(snapshot)
    except HarnessError as error:
        show_problem(error)
    except SQLAlchemyError:
        show_problem(StoreError("The store is there but does not answer; reload the page in a moment."))


def respell(page: StreamlitPage) -> None:
    """Tell of parameters that the page does not know; one that it knows by another name opens it anew."""
    entry = next(each for each in PAGES.values() if each.path == page.url_path)
    address = Address({name: st.query_params.get_all(name) for name in st.query_params}, entry)
    if address.misspelt:
        st.switch_page(page, query_params=address.respelled())
    for sentence in address.unknown():
        st.warning(plain(sentence))


main()
