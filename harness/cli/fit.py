"""``harness fit``: choose parameters on a development split."""

from __future__ import annotations

import argparse

from harness.cli.output import add_format, print_json, print_table, say


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("baseline", help="a YAML file with a matrix: its values are tried")
    parser.add_argument(
        "--dataset", required=True, help="a name of the catalogue, or the path of a folder in BEIR layout"
    )
    parser.add_argument(
        "--split", required=True, help="of the judgments, for example dev; never the one that is scored"
    )
    parser.add_argument("-m", "--measure", help="default: the data set's headline measure")
    add_format(parser)
    parser.set_defaults(execute=execute)


def execute(options: argparse.Namespace) -> int:
    """Try every system of the matrix and print the means, the best first."""
    from harness.fitting import fit

    found = fit(options.baseline, options.dataset, split=options.split, measure=options.measure)
    if options.format == "json":
        print_json(
            {
                "dataset": found.dataset,
                "split": found.split,
                "measure": found.measure,
                "queries": found.queries,
                "means": found.means,
                "best": found.best.system,
            }
        )
        return 0
    ranked = sorted(found.means.items(), key=lambda pair: -pair[1])
    print_table(
        ["system", f"{found.measure} on {found.dataset}/{found.split}"], [list(pair) for pair in ranked]
    )
    say(f"best of {len(ranked)} on {found.queries} queries: {found.best.system}")
    return 0
