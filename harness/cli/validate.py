"""``harness validate``: find everything that is wrong with a run file."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from harness.cli.output import add_format, print_json

if TYPE_CHECKING:
    from harness.runfiles.validation import Validation

SEVERITIES = ("error", "warning", "note")


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("run", help="a run file in TREC format, or a record's folder")
    parser.add_argument(
        "--dataset",
        help="check ids, coverage and depth against this data set (name or folder in BEIR layout)",
    )
    add_format(parser)
    parser.set_defaults(execute=execute)


def execute(options: argparse.Namespace) -> int:
    """Print every finding; exit code 1 if one of them is an error."""
    from harness.cli.named_files import require_files, run_file
    from harness.runfiles.against import validate_run

    require_files(options.run)
    path = run_file(Path(options.run))
    found = validate_run(path, options.dataset)
    if Path(options.run).is_dir():
        found = _with_card(found)
    if options.format == "json":
        print_json({"issues": [issue._asdict() for issue in found.issues], "sha256": _identity(found)})
        return 0 if found.ok else 1
    for issue in found.issues:
        where = f"{path}:{issue.line}" if issue.line else path
        print(f"{where}: {issue.severity}: {issue.message} [{issue.code}]")
    if found.run is not None:
        print(f"sha256 of the canonical text: {_identity(found)}")
    print(_verdict(found))
    return 0 if found.ok else 1


def _with_card(found: Validation) -> Validation:
    """The findings on a record: its card, where it has one, has to name this run.

    Raises:
        SpecError: the card is malformed.
    """
    from harness.records import Issue
    from harness.runfiles.card import CARD_NAME, read_card

    card, own = found.path.with_name(CARD_NAME), _identity(found)
    if own is None or not card.is_file() or (named := read_card(card).run.sha256) == own:
        return found
    message = f"The card beside it names another run, of sha256 {named}: one of the two was changed."
    return replace(found, issues=(Issue("error", "other-card", message), *found.issues))


def _identity(found: Validation) -> str | None:
    """The hash that a card names; None if the file cannot be read as a run."""
    from harness.runfiles.writer import run_sha256

    return run_sha256(found.run) if found.run is not None else None


def _verdict(found: Validation) -> str:
    """``fine`` or ``refused``, and the codes that were found, worst first."""
    codes = {level: sorted({i.code for i in found.issues if i.severity == level}) for level in SEVERITIES}
    listed = [f"{level}s: {', '.join(names)}" for level, names in codes.items() if names]
    return "; ".join(["fine" if found.ok else "refused", *listed])
