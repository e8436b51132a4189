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
from leaderboard_app.pages import PAGES
from leaderboard_app.store import read_snapshot

if TYPE_CHECKING:
    from streamlit.navigation.page import StreamlitPage

STYLE = "<style>.stMainBlockContainer { padding-top: 4rem; padding-bottom: 3rem; }</style>"

# Streamlit pushes an entry of history for each widget that it writes into the address, and drops
# the address of the page that is left. Here a click on a link, or another page, is one entry, everything
# else replaces the present one, and the way back loads the page that the address says. A page that the
# script opens gets its parameters before its path, so that the page that is left is given its own back.
# The links of its tables open windows of their own; those to a page of this site stay in the one there is.
ONE_ENTRY_A_LINK = """<span hidden></span><script>
if (!window.oneEntryALink) {
  window.oneEntryALink = true;
  const push = history.pushState.bind(history);
  const open = window.open.bind(window);
  let clicked = false;
  let left = location.href, replaced = 0;
  document.addEventListener("click", (event) => {
    if (event.target.closest && event.target.closest("a[href]")) clicked = true;
  }, true);
  history.pushState = (state, title, url) => {
    const other = url && new URL(url, location.href).pathname !== location.pathname;
    const now = performance.now();
    if (clicked || other) {
      if (other && now - replaced < 1000) history.replaceState(history.state, "", left);
      push(state, title, url);
    } else {
      if (now - replaced > 1000) left = location.href;
      replaced = now;
      history.replaceState(state, title, url);
    }
    clicked = false;
  };
  addEventListener("popstate", (event) => {
    event.stopImmediatePropagation();
    location.reload();
  }, true);
  window.open = (url, ...rest) => {
    const wanted = url ? new URL(url, location.href) : null;
    if (!wanted || wanted.origin !== location.origin) return open(url, ...rest);
    location.assign(wanted);
    return null;
  };
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
