"""``harness compare``: which of several runs differ, by how much, and on which queries."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from harness.cli.equivalence import print_equivalence
from harness.cli.output import add_format, print_json, print_table

if TYPE_CHECKING:
    from harness.statistics.runcomparison import Gains, RunComparison

TEXT_WIDTH = 60


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "runs", nargs="+", metavar="RUN", help="a run file or a record's folder; NAME=RUN gives it a name"
    )
    judged = parser.add_mutually_exclusive_group(required=True)
    judged.add_argument("--dataset", help="a name of the catalogue, or the path of a folder in BEIR layout")
    judged.add_argument("--qrels", help="judgments in TREC or BEIR form")
    parser.add_argument("-m", "--measure", help="default: the data set's headline measure, or nDCG@10")
    parser.add_argument(
        "--baseline", metavar="NAME", help="only differences to this system (default: all pairs)"
    )
    parser.add_argument("--test", help="randomisation (default), t or wilcoxon")
    parser.add_argument("--correction", help="holm, bh, max-t or none (default: the test's)")
    parser.add_argument("--alpha", type=float, default=0.05, help="level of decisions (default: 0.05)")
    parser.add_argument("--seed", type=int, help="seed of all draws (default: always the same)")
    parser.add_argument(
        "--smallest-effect", type=float, default=0.0, metavar="G", help="smallest Hedges' g that counts"
    )
    parser.add_argument(
        "--queries",
        type=int,
        default=0,
        metavar="N",
        help="the N biggest gains and losses of each system against the baseline, else the first run",
    )
    parser.add_argument(
        "--equivalence",
        type=float,
        metavar="MARGIN",
        help="test, too, whether systems differ by less than this (two one-sided tests)",
    )
    parser.add_argument("--latex", metavar="FILE", help="write the systems as a LaTeX table (booktabs)")
    parser.add_argument("--csv", metavar="FILE", help="write the pairs as CSV")
    parser.add_argument("--json", metavar="FILE", help="write everything as JSON, every query's values, too")
    parser.add_argument("--plot", metavar="FILE", help="draw means and differences: .svg, .png or .pdf")
    add_format(parser)
    parser.set_defaults(execute=execute)


def execute(options: argparse.Namespace) -> int:
    """Compare, write and print."""
    from harness.cli.named_files import refuse_overwriting, require_files
    from harness.errors import CommandError
    from harness.statistics.pairtest import SEED
    from harness.statistics.reports.document import document, gains_document
    from harness.statistics.reports.table import write_report
    from harness.statistics.runs import compare_runs

    if options.queries < 0:
        raise CommandError(f"--queries must be 0 or more; found {options.queries}.")
    reports = _reports(options)
    runs = [_source(text) for text in options.runs]
    inputs = [*(run if isinstance(run, str) else run[1] for run in runs), *filter(None, [options.qrels])]
    require_files(*inputs)
    refuse_overwriting(reports, inputs)
    found = compare_runs(
        runs,
        dataset=options.dataset,
        qrels=options.qrels,
        measure=options.measure,
        baseline=options.baseline,
        test=options.test,
        correction=options.correction,
        alpha=options.alpha,
        seed=SEED if options.seed is None else options.seed,
        smallest_effect=options.smallest_effect,
        equivalence=options.equivalence,
    )
    for path, kind in reports.items():
        write_report(found, path, kind)
    gains = [found.gains(name, count=options.queries) for name in found.others()] if options.queries else []
    if options.format == "json":
        extra = {"gains": [gains_document(each) for each in gains]} if gains else {}
        print_json(document(found) | extra)
        return 0
    _print(found)
    if found.margin is not None:
        print_equivalence(found, found.margin)
    for each in gains:
        _print_gains(each)
    return 0


def _source(text: str) -> str | tuple[str, str]:
    """``NAME=RUN`` as a pair, unless there is a file of this very name."""
    name, equals, path = text.partition("=")
    return (name, path) if equals and name and "/" not in name and not Path(text).exists() else text


def _reports(options: argparse.Namespace) -> dict[str, str]:
    """The files to write and their kinds; whatever stands against them is said before any run is read."""
    from harness.errors import CommandError
    from harness.statistics.reports.table import PLOTS, renderer

    asked = [(options.latex, ".tex"), (options.csv, ".csv"), (options.json, ".json")]
    if options.plot is not None:
        kind = Path(options.plot).suffix.lower()
        if kind not in PLOTS:
            raise CommandError(f"--plot writes {', '.join(PLOTS)}; found {options.plot!r}.")
        asked.append((options.plot, kind))
    reports: dict[str, str] = {}
    for path, kind in asked:
        if path in reports:
            raise CommandError(f"{path} cannot hold two reports; give each a file of its own.")
        if path is not None:
            renderer(path, kind)
            reports[path] = kind
    return reports


def _print(found: RunComparison) -> None:
    from harness.statistics.reports.words import level, method_lines, p_value, signed, title, verdict

    interval = f"{level(found)} interval"
    print(f"{title(found)}\n")
    print_table(
        ["group", "letters", "system", "mean", interval, "rank", "rank interval"],
        [
            [
                row.group,
                " ".join(row.letters),
                row.name,
                row.mean,
                f"{row.low:.4f} to {row.high:.4f}",
                row.rank,
                f"{row.rank_low} to {row.rank_high}",
            ]
            for row in found.comparison.systems()
        ],
    )
    print()
    print_table(
        ["system", "against", "difference", interval, "p corrected", "Hedges' g", "W/T/L", "verdict"],
        [
            [
                pair.first,
                pair.second,
                signed(pair.difference),
                f"{signed(pair.low)} to {signed(pair.high)}",
                p_value(pair.p_corrected),
                signed(pair.effect, 2),
                f"{pair.wins}/{pair.ties}/{pair.losses}",
                verdict(pair),
            ]
            for pair in found.pairs()
        ],
    )
    print()
    print("\n".join(method_lines(found)))


def _print_gains(gains: Gains) -> None:
    from harness.statistics.reports.words import signed

    for what, queries in (("gains", gains.gains), ("losses", gains.losses)):
        print(f"\n{gains.system} against {gains.reference}: biggest {what}")
        if not queries:
            print("none")
            continue
        header, told = ["query", gains.system, gains.reference, "difference"], any(q.text for q in queries)
        print_table(
            [*header, "text"] if told else header,
            [
                [q.query, q.value, q.reference, signed(q.difference), *([_short(q.text)] if told else [])]
                for q in queries
            ],
        )


def _short(text: str) -> str:
    """A query's text on one line of a terminal."""
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    return line if len(line) <= TEXT_WIDTH else f"{line[: TEXT_WIDTH - 1]}…"
