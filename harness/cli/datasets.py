"""``harness datasets``: list, show and audit the data sets of the catalogue."""

from __future__ import annotations

import argparse

from harness.cli.output import add_format, print_json, print_table


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    listing = actions.add_parser("list", help="every data set of the catalogue")
    listing.add_argument("--tag", help="only data sets with this tag, for example beir-18")
    listing.set_defaults(execute=list_all)
    show = actions.add_parser("show", help="everything the catalogue says of one data set")
    show.set_defaults(execute=show_one)
    checks = actions.add_parser("audit", help="look for what is wrong with a data set")
    checks.set_defaults(execute=audit_one)
    for sub in (show, checks):
        sub.add_argument("dataset", help="a name of the catalogue, or the path of a folder in BEIR layout")
    for sub in (listing, show, checks):
        add_format(sub)


def list_all(options: argparse.Namespace) -> int:
    """Print one line a data set."""
    from harness.datasets.catalogue import load_catalogue

    chosen = {
        name: spec
        for name, spec in load_catalogue().items()
        if options.tag is None or options.tag in spec.tags
    }
    if options.format == "json":
        print_json({name: spec.model_dump(mode="json") for name, spec in chosen.items()})
        return 0
    rows = []
    for name, spec in chosen.items():
        kind = spec.source.kind if spec.source else f"{len(spec.parts or [])} parts"
        counts = spec.counts
        size = f"{counts.documents:,}" if counts and counts.documents is not None else "?"
        judged = f"{counts.judged_queries:,}" if counts and counts.judged_queries is not None else "?"
        rows.append([name, kind, size, judged, spec.measures[0], spec.title])
    print_table(["name", "source", "documents", "judged queries", "headline", "title"], rows)
    return 0


def show_one(options: argparse.Namespace) -> int:
    """Print the catalogue's block."""
    import yaml

    from harness.datasets.catalogue import load_catalogue
    from harness.errors import UnknownNameError

    catalogue = load_catalogue()
    if options.dataset not in catalogue:
        raise UnknownNameError("data set", options.dataset, catalogue)
    plain = catalogue[options.dataset].model_dump(mode="json", exclude_none=True)
    if options.format == "json":
        print_json(plain)
    else:
        print(
            yaml.safe_dump({options.dataset: plain}, sort_keys=False, allow_unicode=True, width=100), end=""
        )
    return 0


def audit_one(options: argparse.Namespace) -> int:
    """Print findings and fingerprints; exit code 1 if a finding is an error."""
    from dataclasses import asdict

    from harness.datasets.audit import audit
    from harness.datasets.dataset import load_dataset
    from harness.datasets.fingerprint import fingerprint

    data = load_dataset(options.dataset)
    issues = audit(data)
    prints = asdict(fingerprint(data))
    failed = any(issue.severity == "error" for issue in issues)
    if options.format == "json":
        print_json({"issues": [issue._asdict() for issue in issues], "fingerprints": prints})
        return int(failed)
    for issue in issues:
        print(f"{data.name}: {issue.severity}: {issue.message} [{issue.code}]")
    for part, value in prints.items():
        print(f"{part}: {value}")
    print("bad" if failed else "fine")
    return int(failed)
