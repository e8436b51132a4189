"""How large a run file may be before reading it stops."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds that keep a hostile or broken file from filling memory or time.

    The defaults leave room for runs three times as large as the largest seen (MS MARCO dev at depth
    1000: 7 million lines, 365 MB of text).

    Attributes:
        file_bytes: bytes on the disk.
        text_bytes: bytes after decompression.
        ratio: decompressed bytes for one compressed byte; run files reach 5 to 30.
        ratio_grace: decompressed bytes up to which the ratio is not looked at.
        lines: lines.
        line_bytes: bytes in one line, its newline not counted.
    """

    file_bytes: int = 2**30
    text_bytes: int = 2 * 2**30
    ratio: int = 100
    ratio_grace: int = 16 * 2**20
    lines: int = 20_000_000
    line_bytes: int = 65_536
