"""The forms that a comparison can be written in, by the ending of the file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from harness.errors import CommandError
from harness.files import atomic_write
from harness.registry import Registry
from harness.statistics.runcomparison import RunComparison

PLOTS = (".svg", ".png", ".pdf")

_PLOT = ("matplotlib", "plot")
REPORTS = Registry(
    "report",
    {
        ".json": "harness.statistics.reports.document:json_bytes",
        ".csv": "harness.statistics.reports.spreadsheet:csv_bytes",
        ".tex": "harness.statistics.reports.latex:latex_bytes",
        ".svg": "harness.statistics.reports.plot:svg_bytes",
        ".png": "harness.statistics.reports.plot:png_bytes",
        ".pdf": "harness.statistics.reports.plot:pdf_bytes",
    },
    extras={".svg": _PLOT, ".png": _PLOT, ".pdf": _PLOT},
)
"""Ending to function ``(RunComparison) -> bytes``; equal comparisons give equal bytes."""

Render = Callable[[RunComparison], bytes]


def renderer(path: str | Path, kind: str | None = None) -> Render:
    """The function that makes a report, found before any work is spent.

    Args:
        path: the file to write; its ending chooses.
        kind: an entry of ``REPORTS`` that is taken whatever the ending.

    Raises:
        UnknownNameError: no report has this ending.
        MissingExtraError: matplotlib is not installed.
    """
    render: Render = REPORTS[Path(path).suffix.lower() if kind is None else kind]
    return render


def write_report(found: RunComparison, path: str | Path, kind: str | None = None) -> None:
    """Write a comparison whole or not at all, in the form that the path's ending names.

    Raises:
        CommandError: as :func:`renderer`, or the file cannot be written.
    """
    content = renderer(path, kind)(found)
    try:
        with atomic_write(Path(path)) as stream:
            stream.write(content)
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error.strerror or error}.") from error
