"""``harness run``: run a baseline on a data set."""

from __future__ import annotations

import argparse
import time
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from harness.cli.output import add_format, clear_progress, counter, print_json, print_table, say

if TYPE_CHECKING:
    from harness.retrievers.execute import Executed


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "baseline", help="a YAML file that declares a system, for example baselines/bm25.yaml"
    )
    parser.add_argument(
        "--dataset", required=True, help="a name of the catalogue, or the path of a folder in BEIR layout"
    )
    parser.add_argument("--system", metavar="NAME", help="which system of a file with a matrix")
    parser.add_argument("--out", required=True, metavar="DIR", help="folder for run.trec.gz and card.yaml")
    parser.add_argument(
        "--fresh",
        action="store_true",
        help="make every stage again, and ask models again, instead of taking what was kept",
    )
    add_format(parser)
    parser.set_defaults(execute=execute)


def execute(options: argparse.Namespace) -> int:
    """Run, write, score what was written, and print the means."""
    from harness.datasets.catalogue import load_catalogue
    from harness.evaluation.evaluate import evaluate
    from harness.runfiles.reader import read_run

    done = _ran(options)
    clear_progress()
    if done.dataset.name in load_catalogue() and load_catalogue()[done.dataset.name] != done.dataset.spec:
        say(
            f"note: {done.dataset.name} was run as a folder; the measures and quirks that the catalogue has "
            "for this name are not applied"
        )
    data, card = done.dataset, done.card
    stored = read_run(done.run_path)
    evaluation = evaluate(data.as_scored(stored), data.qrels, data.spec.measures)
    means = evaluation.means()
    answered, judged = int(evaluation.answered.sum()), len(evaluation.queries)
    _tell_absent(evaluation.queries, {query.id for query in data.queries})
    if options.format == "json":
        print_json(
            {
                "run": str(done.run_path),
                "card": str(done.card_path),
                "sha256": card.run.sha256,
                "measures": means,
                "answered": answered,
                "judged_queries": judged,
            }
        )
        return 0
    print_table(["measure", f"{card.system} on {data.name}"], list(means.items()))
    say(f"answered {answered} of {judged} judged queries; wrote {done.run_path} and {done.card_path}")
    return 0


def _tell_absent(judged: Sequence[str], queries: Collection[str]) -> None:
    """Say that the queries of some judgments are not there, which is told by no score."""
    if absent := [query for query in judged if query not in queries]:
        say(
            f"note: {len(absent)} of {len(judged)} judged queries are not among the queries, {absent[0]} "
            "first: no system can answer them, and they lower every mean"
        )


def _ran(options: argparse.Namespace) -> Executed:
    """The run; with ``--fresh`` nothing that was kept before this moment is taken."""
    from harness.cli.named_files import baseline_file
    from harness.retrievers.execute import run
    from harness.retrievers.in_context.calls import answers_since
    from harness.retrievers.stage_cache import StageCache

    since = time.time() if options.fresh else 0.0
    with answers_since(since):
        return run(
            baseline_file(options.baseline),
            options.dataset,
            options.out,
            system=options.system,
            cache=StageCache(since=since) if options.fresh else None,
            progress=counter(),
        )
