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

STYLE = "<style>.stMainBlockContainer { padding-top: 4rem; padding-bottom: 3rem; }</style>"

# Streamlit pushes an entry of history for each widget that it writes into the address, and drops
# the address of the page that is left. Here a click on a link is one entry, everything else replaces the
# present one, and the way back loads the page that the address says.
ONE_ENTRY_A_LINK = """<span hidden></span><script>
if (!window.oneEntryALink) {
  window.oneEntryALink = true;
  const push = history.pushState.bind(history);
  let clicked = false;
  document.addEventListener("click", (event) => {
    if (event.target.closest && event.target.closest("a[href]")) clicked = true;
  }, true);
  history.pushState = (state, title, url) => {
    if (clicked) push(state, title, url);
    else history.replaceState(state, title, url);
    clicked = false;
  };
  addEventListener("popstate", (event) => {
    event.stopImmediatePropagation();
    location.reload();
  }, true);
}
</script>"""


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
    st.html(STYLE)
    st.html(ONE_ENTRY_A_LINK, unsafe_allow_javascript=True)
    try:
        snapshot = read_snapshot()
        page.run()
        show_footer(snapshot)
    except HarnessError as error:
        show_problem(error)
    except SQLAlchemyError:
        show_problem(StoreError("The store is there but does not answer; reload the page in a moment."))


main()
