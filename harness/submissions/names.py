"""Names inside an upload: where they would lead if they were taken at their word."""

from __future__ import annotations

import re

LONGEST = 1000  # characters of a path inside an upload
_DRIVE = re.compile(r"^[A-Za-z]:")
NESTED = (".zip", ".tar", ".tgz", ".tar.gz", ".tar.zst", ".tar.bz2", ".tar.xz", ".7z", ".rar")


def unsafe(name: str) -> str | None:
    """Why a name may not be used, or None: it must be relative and stay inside, with plain separators."""
    if not name or len(name) > LONGEST:
        return "the name is empty or too long"
    if "\\" in name or "\0" in name or not name.isprintable():
        return "the name holds a backslash or a control character"
    if name.startswith("/") or _DRIVE.match(name):
        return "the name is absolute"
    if ".." in name.split("/"):
        return "the name leads out of the archive"
    return None


def looks_nested(name: str, head: bytes) -> bool:
    """Whether a file is an archive by its name or its first bytes (at least 262 of them where there are)."""
    return name.lower().endswith(NESTED) or head[:4] == b"PK\x03\x04" or head[257:262] == b"ustar"
