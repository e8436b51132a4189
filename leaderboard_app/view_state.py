"""Choices that live in the address: reload, bookmark and back button keep a view.

Streamlit writes a bound widget's value into the address unless it is the widget's default. The default data
sets can be others when the board has grown, so a link to share comes from :func:`view_link`, which names all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import quote, urlencode

import streamlit as st


def choose_many(
    label: str,
    key: str,
    options: Sequence[str],
    *,
    first: Sequence[str] = (),
    help: str,
    placeholder: str,
    width: int,
) -> list[str]:
    """A choice of several, kept in the address as repeated ``key=value``; ``first`` is the default."""
    return st.multiselect(
        label,
        options,
        default=list(first),
        key=key,
        help=help,
        placeholder=placeholder,
        width=width,
        bind="query-params",
        wrap=False,
    )


def choose_one(label: str, key: str, options: Sequence[str], *, help: str, width: int) -> str:
    """A choice of exactly one; the address holds it unless it is the first.

    A value that is no longer an option, as after a change of data sets, gives way to the first.
    """
    if key in st.session_state and st.session_state[key] not in options:
        st.session_state[key] = options[0]
    return st.selectbox(label, options, key=key, help=help, width=width, bind="query-params")


def write_text(label: str, key: str, *, help: str, placeholder: str, width: int) -> str:
    """A line of text, empty to begin with."""
    typed = st.text_input(
        label,
        key=key,
        type="search",
        help=help,
        placeholder=placeholder,
        width=width,
        bind="query-params",
    )
    return typed or ""


def view_link(parameters: Mapping[str, str | Sequence[str]]) -> str:
    """The whole address of this page with ``parameters``; empty ones are left out."""
    given = {key: value for key, value in parameters.items() if value}
    base = (st.context.url or "").partition("?")[0]
    return f"{base}?{urlencode(given, doseq=True, quote_via=quote)}"
