"""What runs are scored against: a data set with its protocol, or judgments alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.datasets.dataset import Dataset, load_dataset
from harness.datasets.qrels import read_qrels
from harness.errors import CommandError
from harness.evaluation.judgments import Judgments
from harness.rankings import Run
from harness.records import Qrels
from harness.runfiles.reader import read_run
from harness.statistics.runnames import NamedRun

MEASURE = "nDCG@10"
"""The measure where judgments are given without a data set, whose own headline it would be."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Bench:
    """The judgments of one data set.

    Attributes:
        name: the data set's name, or the judgments' file as it was given.
        dataset: the data set, or None.
        judgments: prepared, so that many runs share the work.
        headline: the measure to use where none is named.
        texts: query id to text; empty without a data set.
    """

    name: str
    dataset: Dataset | None
    judgments: Judgments
    headline: str
    texts: Mapping[str, str]

    def rankings(self, path: Path) -> Run | Path:
        """The run by the data set's protocol; its file where the protocol leaves it as it is.

        Raises:
            RunFileError: the file cannot be read.
        """
        if self.dataset is None:
            return path
        quirks = self.dataset.spec.quirks
        changed = quirks.drop_self_matches or quirks.excluded_ids is not None
        return self.dataset.as_scored(read_run(path)) if changed else path

    def refuse_other_data(self, runs: Sequence[NamedRun]) -> None:
        """Runs of different data sets have nothing to compare; those with a card say what they are of.

        Raises:
            CommandError: a card names another data set or split than this one, or than the first card.
        """
        made_on = {run.name: (run.card.dataset, run.card.split) for run in runs if run.card}
        wanted: tuple[str, str | None] | None = None
        if self.dataset:
            wanted = (self.dataset.name, self.dataset.spec.split)
        elif made_on:
            wanted = next(iter(made_on.values()))
        other = [name for name, found in made_on.items() if wanted and not _same(found, wanted)]
        if other and wanted:
            told = "; ".join(f"{name} was made on {_written(made_on[name])}" for name in other)
            raise CommandError(
                "Runs of different data sets cannot be compared. "
                f"By their cards {told}, not on {_written(wanted)}."
            )


def bench_of(dataset: str | Dataset | None, qrels: str | Path | Qrels | None) -> Bench:
    """The bench of a data set or of judgments, exactly one of them.

    Raises:
        CommandError: both or neither are given.
        DataError: they cannot be used.
    """
    if (dataset is None) == (qrels is None):
        given = "both were" if dataset is not None else "neither was"
        raise CommandError(f"Runs are compared on a data set or by judgments, exactly one; {given} given.")
    if dataset is not None:
        data = dataset if isinstance(dataset, Dataset) else load_dataset(dataset)
        return Bench(
            name=data.name,
            dataset=data,
            judgments=Judgments.of(data.qrels),
            headline=data.spec.headline,
            texts={query.id: query.text for query in data.queries},
        )
    judged = qrels if isinstance(qrels, Qrels) else read_qrels(Path(str(qrels)))
    name = "judgments" if isinstance(qrels, Qrels) else str(qrels)
    return Bench(name=name, dataset=None, judgments=Judgments.of(judged), headline=MEASURE, texts={})


def _same(one: tuple[str, str | None], other: tuple[str, str | None]) -> bool:
    return one[0] == other[0] and (one[1] == other[1] or None in (one[1], other[1]))


def _written(made_on: tuple[str, str | None]) -> str:
    return f"{made_on[0]} ({made_on[1]})" if made_on[1] else made_on[0]
