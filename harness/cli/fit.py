"""``harness fit``: choose parameters on a development split."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from harness.cli.output import add_format, print_json, print_table, say
from harness.words import many

if TYPE_CHECKING:
    from harness.fitting.fit import Fitted

SHOWN = 20


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "baseline", help="a YAML file with a matrix, whose systems are tried, or with a fusion at the end"
    )
    parser.add_argument(
        "--dataset", required=True, help="a name of the catalogue, or the path of a folder in BEIR layout"
    )
    parser.add_argument(
        "--split", required=True, help="of the judgments, for example dev; never the one that is scored"
    )
    parser.add_argument("-m", "--measure", help="default: the data set's headline measure")
    parser.add_argument(
        "--fusion", metavar="NAME", help="put in place of the file's own and fitted, for example bayesfuse"
    )
    parser.add_argument(
        "--step", type=float, default=0.1, help="between weights that are tried (default: 0.1)"
    )
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the fitted system: NAME.yaml")
    add_format(parser)
    parser.set_defaults(execute=execute)


def execute(options: argparse.Namespace) -> int:
    """Try everything and print the means, the best first."""
    from harness.cli.named_files import baseline_file, refuse_overwriting
    from harness.fitting.fit import fit
    from harness.fitting.written import require_writable, write_fitted

    baseline = baseline_file(options.baseline)
    refuse_overwriting([options.out], [baseline])
    if options.out is not None:
        require_writable(options.out)
    found = fit(
        baseline,
        options.dataset,
        split=options.split,
        measure=options.measure,
        fusion=options.fusion,
        step=options.step,
        progress=say,
    )
    if options.out is not None:
        write_fitted(found, options.out)
    if options.format == "json":
        print_json(_document(found))
        return 0
    ranked = sorted(found.means.items(), key=lambda pair: -pair[1])
    what = found.fusion or "system"
    print_table(
        [what, f"{found.measure} on {found.dataset}/{found.split}"],
        [list(pair) for pair in ranked[:SHOWN]],
    )
    say(f"best of {len(ranked)} on {many(found.queries, 'query', 'queries')}: {ranked[0][0]}")
    if options.out is not None:
        say(f"wrote {options.out}")
    return 0


def _document(found: Fitted) -> dict[str, object]:
    told = {
        "dataset": found.dataset,
        "split": found.split,
        "measure": found.measure,
        "queries": found.queries,
        "means": found.means,
        "best": found.best.system,
    }
    if not found.fusion:
        return told
    stage = found.best.pipeline[-1]
    return {**told, "fusion": found.fusion, "stage": stage.name, "parameters": stage.parameters}
