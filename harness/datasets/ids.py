"""Which ids can stand in a run file."""

from __future__ import annotations

import re

_ASCII_SPACE = re.compile(r"[ \t\n\r\f\v]")


def unusable_id(text: str) -> bool:
    """Whether an id is empty or holds ASCII white space, which parts the columns of a run file."""
    return not text or _ASCII_SPACE.search(text) is not None
