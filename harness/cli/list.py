"""``harness list``: what there is of each kind, and whether it can be used here."""

from __future__ import annotations

import argparse

from harness.cli.output import add_format, print_json, print_table, say

KINDS = (
    "retrievers", "preparers", "feedbacks", "rerankers", "groupers", "fusions", "engines", "measures",
    "sources", "checks",
)  # fmt: skip


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("kind", choices=KINDS, help="what to list")
    add_format(parser)
    parser.set_defaults(execute=execute)


def execute(options: argparse.Namespace) -> int:
    """Print one line an entry."""
    from harness.listing import entries
    from harness.retrievers.reports import EVERY

    found = entries(options.kind)
    if options.format == "json":
        print_json([entry._asdict() for entry in found])
        return 0
    rows = [
        [e.name, e.family, e.extra or "-", "yes" if e.installed else "no", e.summary.replace("``", "")]
        for e in found
    ]
    header = ["name", "family", "extra", "installed", "summary"]
    if any(entry.reports for entry in found):
        header.append("reports")
        rows = [[*row, " ".join(entry.reports)] for row, entry in zip(rows, found, strict=True)]
    print_table(header, rows)
    if options.kind == "retrievers":
        say(f"all report {' '.join(EVERY)}")
        if lacking := [entry.name for entry in entries("engines") if not entry.installed]:
            say(f"engines that are not installed: {' '.join(lacking)}; for more: harness list engines")
    for extra in sorted({entry.extra for entry in found if not entry.installed} - {""}):
        say(f"what needs {extra} is installed with: pip install 'retrieval-harness[{extra}]'")
    for absent in (entry.absent for entry in found if entry.absent):
        say(absent)
    return 0
