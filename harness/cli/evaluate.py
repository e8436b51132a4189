"""``harness evaluate``: score a run file against a file of judgments."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from harness.cli.output import add_format, print_json, print_table

DEFAULT_MEASURES = ("nDCG@10", "AP", "RR@10", "R@100", "R@1000", "P@10", "Judged@10")


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("run", help="a run file in TREC format: plain, gzip or zstd")
    parser.add_argument("--qrels", required=True, help="judgments in TREC or BEIR form")
    parser.add_argument(
        "-m",
        "--measure",
        action="append",
        dest="measures",
        metavar="MEASURE",
        help=f"a measure, repeatable (default: {', '.join(DEFAULT_MEASURES)})",
    )
    parser.add_argument("--by-query", action="store_true", help="print the value of every query, too")
    parser.add_argument(
        "--score-precision",
        choices=("double", "single"),
        default="double",
        help="how scores are compared: double as trec_eval 10, single as trec_eval 9 and pytrec_eval",
    )
    add_format(parser)
    parser.set_defaults(execute=execute)


def execute(options: argparse.Namespace) -> int:
    """Score and print."""
    from harness.datasets.qrels import read_qrels
    from harness.evaluation.evaluate import evaluate

    evaluation = evaluate(
        Path(options.run),
        read_qrels(Path(options.qrels)),
        options.measures or DEFAULT_MEASURES,
        score_precision=options.score_precision,
    )
    means = evaluation.means()
    if options.format == "json":
        answer: dict[str, Any] = {
            "run": options.run,
            "measures": means,
            "answered": int(evaluation.answered.sum()),
            "judged_queries": len(evaluation.queries),
            "engine": f"{evaluation.engine} {evaluation.engine_version}",
            "flags": dict(evaluation.flags),
        }
        if options.by_query:
            answer["queries"] = evaluation.by_query()
        print_json(answer)
        return 0
    if options.by_query:
        columns = evaluation.values.T.tolist()
        rows = [[query, *values] for query, values in zip(evaluation.queries, columns, strict=True)]
        print_table(["query", *evaluation.measures], [*rows, ["mean", *means.values()]])
    else:
        print_table(["measure", "mean"], list(means.items()))
    print(f"\nmean over {len(evaluation.queries)} judged queries, {int(evaluation.answered.sum())} answered")
    return 0
