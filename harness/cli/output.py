"""What verbs print: aligned tables and JSON on standard output, progress on standard error."""

from __future__ import annotations

import argparse
import json
import sys
import time
import unicodedata
from collections.abc import Callable, Sequence
from typing import Any


def print_json(value: Any) -> None:
    """Print a value as JSON at full precision."""
    print(json.dumps(value, ensure_ascii=False, indent=2))


def print_table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print rows under a header; numbers are aligned to the right, floats have four decimals."""
    cells = [[_cell(value) for value in row] for row in rows]
    widths = [max(_width(line[i]) for line in [list(header), *cells]) for i in range(len(header))]
    right = [_numeric([row[i] for row in rows]) for i in range(len(header))]
    for line in [list(header), ["─" * width for width in widths], *cells]:
        fields = [
            _padding(text, width) + text if to_right else text + _padding(text, width)
            for text, width, to_right in zip(line, widths, right, strict=True)
        ]
        print("  ".join(fields).rstrip())


def _padding(text: str, width: int) -> str:
    return " " * (width - _width(text))


def _width(text: str) -> int:
    """Columns of a terminal: two for wide East Asian characters, none for marks that join the one before."""
    if text.isascii():
        return len(text)
    marks = ("Mn", "Me", "Cf")
    return sum(
        0 if unicodedata.category(c) in marks else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )


def _numeric(values: Sequence[object]) -> bool:
    """Whether a column holds numbers, apart from empty cells."""
    return any(isinstance(v, int | float) for v in values) and all(
        isinstance(v, int | float) or v == "" for v in values
    )


def _cell(value: object) -> str:
    return f"{value:.4f}" if isinstance(value, float) else str(value)


def add_format(parser: argparse.ArgumentParser) -> None:
    """Add ``--format json|table``."""
    parser.add_argument(
        "--format", choices=("table", "json"), default="table", help="what to print (default: table)"
    )


def counter(*, every: float = 0.5) -> Callable[[str, int], None]:
    """A progress line on a terminal's standard error, rewritten at most every ``every`` seconds."""
    if not sys.stderr.isatty():
        return lambda _what, _count: None
    shown = time.monotonic()

    def show(what: str, count: int) -> None:
        nonlocal shown
        if time.monotonic() - shown >= every:
            shown = time.monotonic()
            print(f"\r\033[K{what}: {count:,}", end="", file=sys.stderr, flush=True)

    return show


def clear_progress() -> None:
    """Remove the progress line, if there is a terminal that shows one."""
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr, flush=True)


def say(line: str) -> None:
    """Print a line of progress on standard error."""
    print(line, file=sys.stderr, flush=True)
