"""The pairs of a comparison as CSV, one row each, with what is known of both systems."""

from __future__ import annotations

import csv
import io

from harness.statistics.comparison import PairRow, SystemRow
from harness.statistics.equivalence import equivalences
from harness.statistics.runcomparison import RunComparison

TOST_COLUMNS = ("margin", "low", "high", "p", "p_corrected", "equivalent")
SYSTEM_COLUMNS = ("mean", "low", "high", "rank", "group", "letters")


def csv_bytes(found: RunComparison) -> bytes:
    """UTF-8 with a header line and full precision; ``differs`` is 1 or 0, letters are parted by blanks.

    With a margin each row ends with its test of equivalence.
    """
    systems = {row.name: row for row in found.comparison.systems()}
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    both = [f"{side}_{column}" for side in ("first", "second") for column in SYSTEM_COLUMNS]
    tested = equivalences(found)
    added = [f"tost_{column}" for column in TOST_COLUMNS] if tested else []
    writer.writerow(["measure", "judged_by", *PairRow._fields, *both, *added])
    for row, pair in enumerate(found.pairs()):
        cells = [_plain(cell) for cell in pair]
        rest = [*_cells(systems[pair.first]), *_cells(systems[pair.second])]
        last = [getattr(tested[row], column) for column in TOST_COLUMNS] if tested else []
        writer.writerow([found.measure, found.judged_by, *cells, *rest, *map(_plain, last)])
    return text.getvalue().encode("utf-8")


def _plain(cell: object) -> object:
    return int(cell) if isinstance(cell, bool) else cell


def _cells(row: SystemRow) -> list[object]:
    return [row.mean, row.low, row.high, row.rank, row.group, " ".join(row.letters)]
