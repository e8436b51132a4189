"""Entry of the leaderboard: ``harness serve`` starts it with the store in ``$HARNESS_STORE``.

Every page's file runs inside the frame drawn here; what it raises on purpose becomes words, not a traceback.
"""

from __future__ import annotations

import streamlit as st
from sqlalchemy.exc import SQLAlchemyError

from harness.errors import HarnessError, StoreError
from leaderboard_app.layout import show_footer, show_problem
from leaderboard_app.pages import PAGES
from leaderboard_app.store import read_snapshot


def main() -> None:
    """Draw the page that the address names."""
    st.set_page_config(page_title="Retrieval leaderboard", layout="wide")
    pages = [
        st.Page(entry.file, title=entry.title, url_path=entry.path, default=not entry.path)
        for entry in PAGES.values()
    ]
    page = st.navigation(pages, position="top")
    st.html("<style>.stMainBlockContainer { padding-top: 4rem; padding-bottom: 3rem; }</style>")
    try:
        snapshot = read_snapshot()
        page.run()
        show_footer(snapshot)
    except HarnessError as error:
        show_problem(error)
    except SQLAlchemyError:
        show_problem(StoreError("The store is there but does not answer; reload the page in a moment."))


main()
