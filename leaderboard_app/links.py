"""Permalinks to pages, and text that may come from a stranger made safe for them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import quote, urlencode

import streamlit as st

from leaderboard_app.pages import PAGES

Parameters = Mapping[str, str] | Mapping[str, str | list[str]]
"""Of an address: a name and its value, or several."""

_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")


def run_link(dataset: str, system: str) -> str:
    """The permalink of a run's page, relative to the board, so that it holds under any host and base path."""
    return f"{PAGES['run'].path}?{urlencode({'dataset': dataset, 'system': system}, quote_via=quote)}"


def system_link(system: str) -> str:
    """The permalink of a system's page, relative to the board."""
    return f"{PAGES['system'].path}?{urlencode({'system': system}, quote_via=quote)}"


def page_link(page: str, label: str, parameters: Parameters | None = None) -> None:
    """Draw a link to a page of the table of pages; ``label`` is shown as it is, not as Markdown."""
    st.page_link(
        PAGES[page].file,
        label=plain(label),
        icon=":material/arrow_forward:",
        icon_position="right",
        query_params=dict(parameters) if parameters else None,
    )


def plain(text: str) -> str:
    """Markdown that shows ``text`` as it is: names, titles and queries come from anybody."""
    return _PUNCTUATION.sub(r"\\\1", " ".join(text.split()))
