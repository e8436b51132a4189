"""The store behind the pages: its pool of connections, and what tells that it has changed."""

from __future__ import annotations

from pathlib import Path

import streamlit as st
from sqlalchemy import Engine
from sqlalchemy.engine import make_url

from harness.store import reading
from harness.store.engine import connect


def revision(url: str) -> str:
    """A text that changes when the store at ``url`` does and is cheap to get.

    For SQLite it is size and time of the file and of its write-ahead log. Any other database is asked for the
    few lines it keeps about itself, the digest of the board among them.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite" and parsed.database:
        files = (Path(parsed.database), Path(parsed.database + "-wal"))
        found = [path.stat() for path in files if path.is_file()]
        return "/".join(f"{stat.st_size}:{stat.st_mtime_ns}" for stat in found if stat.st_size)
    return repr(sorted(reading.read_about(open_engine(url)).items()))


def safe_url(url: str) -> str:
    """The store's URL without its password, for messages."""
    return make_url(url).render_as_string(hide_password=True)


@st.cache_resource(max_entries=4, show_spinner=False, on_release=Engine.dispose)
def open_engine(url: str, stamp: str = "") -> Engine:
    """One pool of connections for all sessions, so that a page does not begin with a handshake.

    A new one for each ``stamp``: the file of a SQLite store may have been replaced by another one.
    """
    return connect(url)
