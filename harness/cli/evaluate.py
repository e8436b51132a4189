"""``harness evaluate``: score a run file against a file of judgments."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.cli.output import add_format, print_json, print_table

if TYPE_CHECKING:
    from harness.evaluation.judgments import Judgments
    from harness.evaluation.measure import Measure
    from harness.rankings import Run
    from harness.records import Evaluation

DEFAULT_MEASURES = ("nDCG@10", "AP", "RR@10", "R@100", "R@1000", "P@10", "Judged@10")

UNJUDGED = ("nDCG", "P", "RR", "Success", "RBP", "ERR", "SetP")
"""Measures that --unjudged is shown for; those that divide by all relevant documents mean nothing then."""

Columns = dict[str, Mapping[str, float]]
"""Further columns of the table: what they are called, and a value for some of the measures."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("run", help="a run file in TREC format, or a record's folder; - reads a pipe")
    judged = parser.add_mutually_exclusive_group(required=True)
    judged.add_argument("--qrels", help="judgments in TREC or BEIR form")
    judged.add_argument(
        "--dataset",
        help="a data set (name or folder in BEIR layout): its judgments, its measures and its protocol",
    )
    parser.add_argument(
        "-m",
        "--measure",
        action="append",
        dest="measures",
        metavar="MEASURE",
        help=f"a measure, repeatable (default: the data set's, or {', '.join(DEFAULT_MEASURES)})",
    )
    parser.add_argument("--by-query", action="store_true", help="print the value of every query, too")
    parser.add_argument(
        "--score-precision",
        choices=("double", "single"),
        default="double",
        help="how scores are compared: double as trec_eval 10, single as trec_eval 9 and pytrec_eval",
    )
    parser.add_argument(
        "--ties",
        action="store_true",
        help="lowest, expected and highest mean over all orders of tied documents",
    )
    parser.add_argument(
        "--unjudged",
        action="store_true",
        help=f"the mean if every unjudged document returned were relevant ({', '.join(UNJUDGED)}), and what "
        "RBP could gain from everything not judged or not returned",
    )
    parser.add_argument(
        "--check", action="store_true", help="compute with pytrec_eval, too; refuse the score if they differ"
    )
    add_format(parser)
    parser.set_defaults(execute=execute)


def execute(options: argparse.Namespace) -> int:
    """Score and print."""
    from harness.cli.named_files import require_files, run_file
    from harness.cli.piped import STDIN, regular_file
    from harness.datasets.qrels import read_qrels
    from harness.errors import CommandError
    from harness.evaluation.judgments import Judgments

    if options.dataset is not None:
        with regular_file(options.run) as run:
            return _on_dataset(options, run_file(run))
    if options.run == options.qrels == STDIN:
        raise CommandError("The run and the judgments cannot both come through the standard input.")
    require_files(*(name for name in (options.run, options.qrels) if name != STDIN))
    if Path(options.qrels).is_dir():
        raise CommandError(f"{options.qrels} is a folder: --qrels names a file, --dataset a whole data set.")
    with regular_file(options.qrels) as qrels:
        judgments = Judgments.of(read_qrels(qrels))
    with regular_file(options.run) as run:
        return _score(options, run_file(run), judgments, DEFAULT_MEASURES)


def _on_dataset(options: argparse.Namespace, path: Path) -> int:
    """Score as the board does: without what the data set's protocol leaves out."""
    from harness.datasets.dataset import load_dataset
    from harness.evaluation.judgments import Judgments
    from harness.runfiles.reader import read_run

    run = read_run(path)  # first, since a data set may have to be fetched
    data = load_dataset(options.dataset)
    return _score(options, data.as_scored(run), Judgments.of(data.qrels), data.spec.measures)


def _score(
    options: argparse.Namespace, run: Run | Path, judgments: Judgments, usual: Sequence[str | Measure]
) -> int:
    from harness.evaluation.evaluate import evaluate

    measures = options.measures or usual
    evaluation = evaluate(run, judgments, measures, score_precision=options.score_precision)
    if not evaluation.answered.any():
        _refuse_unanswered(options.run, run, judgments)
    checked = _check(run, judgments, evaluation) if options.check else None
    columns: Columns = {"mean": evaluation.means()}
    if options.ties:
        columns |= _tie_columns(run, judgments, evaluation)
    if options.unjudged:
        columns |= _unjudged_columns(run, judgments, evaluation)
    if options.format == "json":
        print_json(_answer(options, evaluation, columns, checked))
    else:
        unanswerable = int((judgments.relevant(1) == 0).sum())
        _print(options, evaluation, columns, checked, unanswerable)
    return 0


def _refuse_unanswered(name: str, run: Run | Path, judgments: Judgments) -> None:
    """A run that has none of the judged queries belongs to other judgments; its zeros are no score."""
    from harness.errors import RunFileError

    here = _in_memory(run).queries
    raise RunFileError(
        f"{name} has none of the {len(judgments)} judged queries: it holds for example {here[0]!r}, the "
        f"judgments {judgments.queries[0]!r}. It belongs to other judgments, so it has no score."
    )


def _in_memory(run: Run | Path) -> Run:
    from harness.runfiles.reader import read_run

    return read_run(run) if isinstance(run, Path) else run


def _check(run: Run | Path, judgments: Judgments, evaluation: Evaluation) -> tuple[str, ...]:
    from harness.evaluation.check import cross_check

    return cross_check(_in_memory(run), judgments.qrels, evaluation)


def _tie_columns(run: Run | Path, judgments: Judgments, evaluation: Evaluation) -> Columns:
    from harness.evaluation.ties import tie_ranges
    from harness.records import exact_mean

    precision = evaluation.flags["score_precision"]
    found = tie_ranges(run, judgments, evaluation.measures, score_precision=precision)
    return {
        "lowest": {item.measure: exact_mean(item.lowest) for item in found},
        "expected": {item.measure: exact_mean(item.expected) for item in found if item.expected is not None},
        "highest": {item.measure: exact_mean(item.highest) for item in found},
    }


def _unjudged_columns(run: Run | Path, judgments: Judgments, evaluation: Evaluation) -> Columns:
    from harness.evaluation.measure import parse_measures
    from harness.evaluation.sources import hits_of
    from harness.evaluation.unjudged import residual_of, unjudged_range
    from harness.records import exact_mean

    hits = hits_of(run, judgments, evaluation.flags["score_precision"])
    having = [
        measure
        for measure in parse_measures(evaluation.measures)
        if measure.name in UNJUDGED and not dict(measure.parameters).get("judged_only")
    ]
    found = [unjudged_range(hits, measure) for measure in having]
    columns: Columns = {"unjudged relevant": {item.measure: exact_mean(item.all_relevant) for item in found}}
    residuals = {str(measure): residual_of(hits, measure) for measure in having}
    shown = {name: exact_mean(values) for name, values in residuals.items() if values is not None}
    return columns | ({"residual": shown} if shown else {})


def _answer(
    options: argparse.Namespace, evaluation: Evaluation, columns: Columns, checked: tuple[str, ...] | None
) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "run": options.run,
        "measures": columns["mean"],
        "answered": int(evaluation.answered.sum()),
        "judged_queries": len(evaluation.queries),
        "engine": f"{evaluation.engine} {evaluation.engine_version}",
        "flags": dict(evaluation.flags),
    }
    if options.ties:
        answer["ties"] = {name: columns[name] for name in ("lowest", "expected", "highest")}
    if options.unjudged:
        answer["unjudged_relevant"] = columns["unjudged relevant"]
        if "residual" in columns:
            answer["residual"] = columns["residual"]
    if checked is not None:
        answer["checked"] = list(checked)
    if options.by_query:
        answer["queries"] = evaluation.by_query()
    return answer


def _print(
    options: argparse.Namespace,
    evaluation: Evaluation,
    columns: Columns,
    checked: tuple[str, ...] | None,
    unanswerable: int,
) -> None:
    if options.by_query:
        rows = [
            [query, *row] for query, row in zip(evaluation.queries, evaluation.values.T.tolist(), strict=True)
        ]
        print_table(["query", *evaluation.measures], rows)
        print()
    means = [[name, *(column.get(name, "") for column in columns.values())] for name in evaluation.measures]
    print_table(["measure", *columns], means)
    answered = int(evaluation.answered.sum())
    empty = f", {unanswerable} without a document of grade 1 or more" if unanswerable else ""
    print(f"\nmean over {len(evaluation.queries)} judged queries, {answered} answered{empty}")
    if checked is not None:
        print(
            f"pytrec_eval agrees on {', '.join(checked) or 'none of these measures, which it does not have'}"
        )
