"""``harness reproduce``: hold declared systems to the scores that they promise."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from harness.cli.output import add_format, print_json, print_table, say
from harness.words import many

if TYPE_CHECKING:
    from harness.reproduction.plan import Plan
    from harness.reproduction.reproduction import Reproduction


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("files", nargs="*", metavar="FILE", help="YAML files that declare systems")
    parser.add_argument("--all", action="store_true", help="all files of the baselines folder")
    parser.add_argument("--hub", action="store_true", help="all files of its folder hub: weights are fetched")
    parser.add_argument("--dataset", action="append", metavar="D", help="only this data set, repeatable")
    parser.add_argument("--family", action="append", metavar="F", help="only this family, repeatable")
    parser.add_argument(
        "--against",
        choices=("expected", "published"),
        help="the file's own scores (the default), or those that others have published (default of --hub)",
    )
    parser.add_argument("--out", metavar="DIR", help="keep runs and cards in DIR/<dataset>/<system>")
    parser.add_argument(
        "--runs", default="runs", metavar="DIR", help="stored runs to compare with (default: runs)"
    )
    parser.add_argument("--offline", action="store_true", help="fetch nothing: what needs it cannot run here")
    parser.add_argument(
        "--resume", action="store_true", help="go on after an interruption: take outputs kept by their hash"
    )
    parser.add_argument(
        "--record", action="store_true", help="write the verdicts on stored runs into the record's ledger"
    )
    parser.add_argument(
        "--actor", default="harness reproduce", metavar="NAME", help="who stands in the ledger for it"
    )
    parser.add_argument("--json", metavar="FILE", help="write the report as JSON, too")
    parser.add_argument("--junit", metavar="FILE", help="write the report as JUnit XML, too")
    instead = parser.add_mutually_exclusive_group()
    instead.add_argument("--list", action="store_true", help="only list what there is and what can run")
    instead.add_argument("--dry-run", action="store_true", help="only print the commands")
    instead.add_argument("--schema", action="store_true", help="only print the JSON Schema of the YAML files")
    add_format(parser)
    parser.set_defaults(execute=execute)


def execute(options: argparse.Namespace) -> int:
    """Reproduce, write and print; exit code 1 if a score is different or anything failed."""
    from harness.cli.named_files import refuse_overwriting
    from harness.errors import CommandError
    from harness.reproduction.badges import record_reproduction
    from harness.reproduction.reproduce import reproduce

    if options.schema:
        return _print_schema()
    options.against = options.against or ("published" if options.hub else "expected")
    files = _files(options)
    if options.record and options.against != "expected":
        raise CommandError("--record keeps verdicts on what files expect, not on published scores.")
    if options.list or options.dry_run:
        return _print_plan(options, files)
    refuse_overwriting((options.json, options.junit), files)
    for option in ("json", "junit"):  # seen before the work, not after it
        if (named := getattr(options, option)) and Path(named).is_dir():
            raise CommandError(f"--{option} names the folder {named}; name a file.")
    found = reproduce(
        files,
        datasets=options.dataset,
        families=options.family,
        out=options.out,
        store_runs=options.runs,
        against=options.against,
        offline=options.offline,
        resume=options.resume,
        progress=say if sys.stderr.isatty() else None,
    )
    _write(options, found)
    _print(options, found)
    if options.record:
        events = record_reproduction(found, options.runs, actor=options.actor)
        say(f"{many(len(events), 'verdict')} recorded in the ledger of {options.runs}")
    return 0 if found.ok else 1


def _files(options: argparse.Namespace) -> list[Path]:
    """The files named, and with ``--all`` and ``--hub`` those of the baselines folders; each once."""
    from harness.cli.named_files import baseline_files
    from harness.demonstration import baselines_folder
    from harness.errors import CommandError

    files = baseline_files(*options.files)
    shown = Path(os.path.relpath(baselines_folder()))  # commands that are printed can then be copied
    for folder in [shown] * options.all + [shown / "hub"] * options.hub:
        files += sorted(folder.glob("*.yaml"))
    if not files:
        raise CommandError("Name the YAML files of the systems to reproduce, or give --all or --hub.")
    return list({path.resolve(): path for path in files}.values())


def _print_schema() -> int:
    from harness.retrievers.schema import schema_text

    print(schema_text(), end="")
    return 0


def _print_plan(options: argparse.Namespace, files: list[Path]) -> int:
    from harness.reproduction.plan import plan

    planned = plan(files, datasets=options.dataset, families=options.family, against=options.against)
    if options.dry_run:
        for job in planned.jobs:
            print(job.command(Path(options.out or "out")))
        for system, missing in {job.spec.system: job.declared.missing for job in planned.jobs}.items():
            if missing:
                say(f"{system} cannot run here: {missing}")
    else:
        _print_list(options, planned)
    for row in planned.broken:
        say(f"harness: {row.reason}")
    return 1 if planned.broken else 0


def _print_list(options: argparse.Namespace, planned: Plan) -> None:
    from harness.datasets.catalogue import load_catalogue
    from harness.reproduction.availability import needs_download, obstacle

    rows, specs = [], load_catalogue()
    for job in planned.jobs:
        missing = obstacle(job, specs, offline=options.offline)
        answer = "no" if missing else ("after a download" if needs_download(job, specs) else "yes")
        rows.append([job.spec.system, job.spec.family, job.dataset, len(job.promises), answer, missing])
    header = ["system", "family", "data set", "scores", "can run here", "why not"]
    if options.format == "json":
        keys = ["system", "family", "dataset", "scores", "can_run_here", "why_not"]
        print_json([dict(zip(keys, row, strict=True)) for row in rows])
    elif rows:
        print_table(header, [[*row[:-1], str(row[-1]).partition("\n")[0]] for row in rows])


def _write(options: argparse.Namespace, found: Reproduction) -> None:
    import json

    from harness.files import atomic_write
    from harness.reproduction.reports.document import document
    from harness.reproduction.reports.junit import junit

    if options.json:
        with atomic_write(Path(options.json)) as stream:
            stream.write(json.dumps(document(found), ensure_ascii=False, indent=2).encode() + b"\n")
    if options.junit:
        with atomic_write(Path(options.junit)) as stream:
            stream.write(junit(found))


def _print(options: argparse.Namespace, found: Reproduction) -> None:
    from harness.reproduction.reports.document import document
    from harness.reproduction.reports.table import coloured, lines, plain

    if options.format == "json":
        print_json(document(found))
        return
    colours = sys.stdout.isatty() and not os.environ.get("NO_COLOR")  # https://no-color.org
    for line in lines(found, paint=coloured if colours else plain):
        print(line)
