"""Choices that live in the address: reload, bookmark and back button keep a view.

Streamlit writes a bound widget's value into the address unless it is the widget's default. The default data
sets can be others when the board has grown, so a link to share comes from :func:`view_link`, which names all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from urllib.parse import quote, urlencode

import streamlit as st

from leaderboard_app.links import plain

YES_NO = ("true", "false")
"""How an address writes a switch, in capitals or not."""


def is_day(text: str) -> bool:
    """Whether a text is an ISO date."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def has_come(text: str) -> bool:
    """Whether a text is an ISO date that is not in the future, in UTC."""
    return is_day(text) and text <= datetime.now(UTC).date().isoformat()


def tell_absent(label: str, key: str, options: Sequence[str]) -> None:
    """Say once which values of the address are no choice here, since the widget would drop them silently."""
    absent = [value for value in st.query_params.get_all(key) if value and value not in options]
    if absent:
        names = plain(", ".join(repr(value) for value in absent))
        _tell_once(f"The address asks for {names} under “{label}”, which is no choice here and is left out.")


def tell_left_over(label: str, key: str, options: Sequence[str], most: int) -> None:
    """Say once that the address names more than may be chosen, since the widget takes the first silently."""
    named = [value for value in st.query_params.get_all(key) if value in options]
    if len(named) > most:
        names = plain(", ".join(named[most:]))
        _tell_once(f"The address has {len(named)} under “{label}”; the first {most} are taken, not {names}.")


def _tell_once(sentence: str) -> None:
    told = f"told: {sentence}"
    if not st.session_state.get(told):
        st.session_state[told] = True
        st.toast(sentence, icon=":material/link_off:", duration="long")


def choose_many(
    label: str,
    key: str,
    options: Sequence[str],
    *,
    first: Sequence[str] = (),
    help: str,
    placeholder: str,
    width: int,
    most: int | None = None,
) -> list[str]:
    """A choice of several, kept in the address as repeated ``key=value``; ``first`` is the default."""
    tell_absent(label, key, options)
    if most:
        tell_left_over(label, key, options, most)
    return st.multiselect(
        label,
        options,
        default=list(first),
        key=key,
        help=help,
        placeholder=placeholder,
        width=width,
        max_selections=most,
        bind="query-params",
        wrap=False,
    )


def choose_one(label: str, key: str, options: Sequence[str], *, help: str, width: int) -> str:
    """A choice of exactly one; the address holds it unless it is the first.

    A value that is no longer an option, as after a change of data sets, gives way to the first.
    """
    tell_absent(label, key, options)
    if key in st.session_state and st.session_state[key] not in options:
        st.session_state[key] = options[0]
    return st.selectbox(label, options, key=key, help=help, width=width, bind="query-params")


def choose_named(label: str, key: str, names: Mapping[str, str], *, help: str, width: int) -> str:
    """A choice of exactly one by its name for people; the address holds the short one.

    Streamlit would write the long one into the address, so the two are kept together here.

    Args:
        names: short name to what is shown.
    """
    options = list(names)
    tell_absent(label, key, options)
    if st.session_state.get(key) not in names:
        asked = st.query_params.get(key, "")
        st.session_state[key] = asked if asked in names else options[0]
    chosen = st.selectbox(
        label, options, key=key, help=help, width=width, format_func=lambda option: names[option]
    )
    if chosen == options[0]:
        st.query_params.pop(key, None)
    elif st.query_params.get(key) != chosen:
        st.query_params[key] = chosen
    return chosen


def switch(label: str, key: str, help: str) -> bool:
    """Yes or no, no to begin with."""
    tell_absent(label, key, [value for value in st.query_params.get_all(key) if value.casefold() in YES_NO])
    return st.toggle(label, key=key, help=help, bind="query-params")


def choose_day(label: str, key: str, *, help: str) -> str:
    """A day as ISO text, empty where none is chosen."""
    tell_absent(label, key, [value for value in st.query_params.get_all(key) if is_day(value)])
    day = st.date_input(label, value=None, key=key, help=help, format="YYYY-MM-DD", bind="query-params")
    return day.isoformat() if isinstance(day, date) else ""


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
