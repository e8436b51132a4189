"""What each stage adds: nDCG@10 and R@100 of pipelines against what they start from.

::

    OMP_NUM_THREADS=1 python benchmarks/pipelines.py scifact cranfield vaswani cystic-fibrosis > table.md

Marks are those of ``harness compare``: + and - where a system differs from the one its group starts from, by
the paired test and the correction that are chosen for the number of queries. Runs lie in ``--out`` and
are made once; encodings are kept in ``$HARNESS_CACHE``.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from harness.datasets.dataset import Dataset, load_dataset
from harness.errors import HarnessError
from harness.retrievers.execute import run
from harness.retrievers.spec import read_system
from harness.retrievers.stage_cache import StageCache
from harness.statistics.runs import compare_runs

ROOT = Path(__file__).resolve().parent.parent
MEASURES = ("nDCG@10", "R@100")
LEVEL = 0.05
GROUPS: dict[str, tuple[str, ...]] = {
    "bm25": ("bm25-rm3", "bm25-rocchio", "bm25-maxp", "bm25-pruned", "bm25-minilm-rrf",
             "bm25-minilm-interpolation", "bm25-minilm-selective"),
    "splade-tiny": ("splade-tiny-prf", "splade-tiny-pruned"),
    "minilm": ("minilm-prf-average", "minilm-prf-rocchio", "bm25-minilm-rrf", "bm25-minilm-interpolation"),
}  # fmt: skip


def run_of(system: str, data: Dataset, out: Path) -> Path:
    """The run file of a system, made where there is none."""
    folder = out / data.name / system
    if not (folder / "card.yaml").exists():
        run(read_system(ROOT / "baselines" / f"{system}.yaml"), data, folder, cache=StageCache())
    return folder / "run.trec.gz"


def cells(group: str, data: Dataset, out: Path) -> dict[str, list[str]]:
    """System → its cells of the table for one data set, one a measure."""
    systems = (group, *GROUPS[group])
    runs = [(system, str(run_of(system, data, out))) for system in systems]
    found: dict[str, list[str]] = {system: [] for system in systems}
    for measure in MEASURES:
        compared = compare_runs(runs, dataset=data.name, measure=measure, baseline=group)
        means = {row.name: row.mean for row in compared.comparison.systems()}
        marks = {}
        for pair in compared.pairs():
            other = pair.second if pair.first == group else pair.first
            if pair.p_corrected < LEVEL:
                marks[other] = "+" if means[other] > means[group] else "-"
        for system in systems:
            found[system].append(f"{means[system]:.4f}{marks.get(system, '')}")
    return found


def main() -> None:
    """Run and print, one group at a time, so that an interrupted benchmark leaves what it has."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("datasets", nargs="+")
    parser.add_argument("--group", action="append", choices=sorted(GROUPS), help="default: all")
    parser.add_argument("--out", type=Path, default=Path(".harness/pipelines"))
    options = parser.parse_args()
    for group in options.group or GROUPS:
        table: dict[str, list[str]] = {}
        for name in options.datasets:
            try:
                for system, made in cells(group, load_dataset(name), options.out).items():
                    table.setdefault(system, []).extend(made)
            except HarnessError as error:
                sys.exit(str(error))
        heads = [f"{name} {measure}" for name in options.datasets for measure in MEASURES]
        print("| system | " + " | ".join(heads) + " |\n| --- |" + " --- |" * len(heads))
        for system, made in table.items():
            print(f"| {system} | " + " | ".join(made) + " |")
        print(flush=True)


if __name__ == "__main__":
    main()
