"""The pairs of a comparison as CSV, one row each, with what is known of both systems."""

from __future__ import annotations

import csv
import io

from harness.statistics.comparison import PairRow, SystemRow
from harness.statistics.runcomparison import RunComparison

SYSTEM_COLUMNS = ("mean", "low", "high", "rank", "group", "letters")


def csv_bytes(found: RunComparison) -> bytes:
    """UTF-8 with a header line and full precision; ``differs`` is 1 or 0, letters are parted by blanks."""
    systems = {row.name: row for row in found.comparison.systems()}
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    both = [f"{side}_{column}" for side in ("first", "second") for column in SYSTEM_COLUMNS]
    writer.writerow(["measure", "judged_by", *PairRow._fields, *both])
    for pair in found.pairs():
        cells = [int(cell) if isinstance(cell, bool) else cell for cell in pair]
        rest = [*_cells(systems[pair.first]), *_cells(systems[pair.second])]
        writer.writerow([found.measure, found.judged_by, *cells, *rest])
    return text.getvalue().encode("utf-8")


def _cells(row: SystemRow) -> list[object]:
    return [row.mean, row.low, row.high, row.rank, row.group, " ".join(row.letters)]
