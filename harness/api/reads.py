"""Operations that need no token: reading the board."""

from __future__ import annotations

from harness.api.endpoints import boards, comparisons, datasets, events, index, runs
from harness.api.operation import Operation
from harness.api.paging import PAGING
from harness.api.parameter import Parameter
from harness.ledger.event import KINDS
from harness.statistics.corrections import CORRECTIONS
from harness.statistics.pairtest import TESTS

_ON = Parameter(name="dataset", place="path", meaning="The data set's name.")
_BY = Parameter(name="system", place="path", meaning="The system's name.")
_AS_OF = Parameter(name="as_of", kind="moment", meaning="The board as it was at this moment.")
_DATASETS = Parameter(name="dataset", many=True, meaning="Only this data set; may be repeated.")
_SYSTEMS = Parameter(name="system", many=True, meaning="Only this system; may be repeated.")
_MEASURES = Parameter(name="measure", kind="measure", many=True, most=50, meaning="Only this measure.")
_PER_QUERY = Parameter(
    name="per_query", kind="truth", default=False, meaning="Whether to add the value of every query."
)

READS: tuple[Operation, ...] = (
    Operation(name="index", path="/", act=index.index, result="Index", summary="Where to begin."),
    Operation(
        name="board",
        path="/board",
        act=boards.board,
        result="Board",
        summary="The leaderboard, filtered, now or at a moment in the past.",
        parameters=(
            _DATASETS,
            _SYSTEMS,
            Parameter(name="family", many=True, meaning="Only systems of this family; may be repeated."),
            _MEASURES,
            _AS_OF,
            *PAGING,
        ),
    ),
    Operation(
        name="datasets",
        path="/datasets",
        act=datasets.datasets,
        result="Datasets",
        summary="The data sets of the board.",
        parameters=(Parameter(name="tag", meaning="Only data sets with this tag."), *PAGING),
    ),
    Operation(
        name="dataset",
        path="/datasets/{dataset}",
        act=datasets.dataset,
        result="Dataset",
        summary="One data set with its entry of the catalogue.",
        parameters=(_ON,),
    ),
    Operation(
        name="queries",
        path="/datasets/{dataset}/queries",
        act=datasets.queries,
        result="Queries",
        summary="The judged queries, in the order of every list of per-query values.",
        parameters=(_ON, *PAGING),
    ),
    Operation(
        name="systems",
        path="/systems",
        act=boards.systems,
        result="Systems",
        summary="The systems, with the data sets they ran on.",
        parameters=PAGING,
    ),
    Operation(
        name="system",
        path="/systems/{system}",
        act=boards.system,
        result="System",
        summary="One system with all its rows.",
        parameters=(_BY,),
    ),
    Operation(
        name="runs",
        path="/runs",
        act=runs.runs,
        result="Runs",
        summary="The runs, by data set and best first.",
        parameters=(
            _DATASETS,
            _SYSTEMS,
            Parameter(name="sha256", meaning="Only the run with this hash of its canonical text."),
            _AS_OF,
            *PAGING,
        ),
    ),
    Operation(
        name="run",
        path="/runs/{dataset}/{system}",
        act=runs.run,
        result="Row",
        summary="One run.",
        parameters=(_ON, _BY),
    ),
    Operation(
        name="card",
        path="/runs/{dataset}/{system}/card",
        act=runs.card,
        result="Card",
        summary="The card of a run.",
        parameters=(_ON, _BY),
    ),
    Operation(
        name="scores",
        path="/runs/{dataset}/{system}/scores",
        act=runs.scores,
        result="Scores",
        summary="The scores of a run: means, the range over orders of ties, the values of every query.",
        parameters=(_ON, _BY, _MEASURES, _PER_QUERY),
    ),
    Operation(
        name="findings",
        path="/runs/{dataset}/{system}/findings",
        act=runs.findings,
        result="Findings",
        summary="What validation found in a run.",
        parameters=(_ON, _BY, *PAGING),
    ),
    Operation(
        name="download",
        path="/runs/{dataset}/{system}/run.trec.gz",
        act=runs.download,
        result="application/gzip",
        summary="The run file.",
        parameters=(_ON, _BY),
    ),
    Operation(
        name="compare",
        path="/compare",
        act=comparisons.compare,
        result="Comparison",
        summary="Which systems differ on a data set, tested over all pairs.",
        heavy=True,
        parameters=(
            Parameter(name="dataset", required=True, meaning="The data set's name."),
            Parameter(
                name="system", many=True, required=True, least=2, most=20, meaning="A system; two or more."
            ),
            Parameter(name="measure", kind="measure", meaning="By default the data set's headline measure."),
            Parameter(name="baseline", meaning="Set only against this one of the systems."),
            Parameter(
                name="test", choices=tuple(TESTS), meaning="By default chosen by the number of queries."
            ),
            Parameter(name="correction", choices=tuple(CORRECTIONS), meaning="By default the test's own."),
            Parameter(
                name="alpha", kind="number", default=0.05, least=1e-6, most=0.5, meaning="Level of decisions."
            ),
            _PER_QUERY,
        ),
    ),
    Operation(
        name="ledger",
        path="/ledger",
        act=events.ledger,
        result="Ledger",
        summary="What happened to the record, oldest first.",
        parameters=(
            Parameter(name="dataset", meaning="Only events about this data set."),
            Parameter(name="system", meaning="Only events about this system."),
            Parameter(name="kind", choices=tuple(KINDS), meaning="Only events of this kind."),
            Parameter(name="after", kind="whole", least=0, meaning="Only events with a higher number."),
            _AS_OF,
            *PAGING,
        ),
    ),
)
