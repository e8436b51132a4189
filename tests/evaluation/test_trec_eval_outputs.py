"""trec_eval's own expected outputs, both versions: every line of a measure that we have."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.errors import CommandError
from harness.evaluation.evaluate import evaluate
from harness.evaluation.measure import parse_measure
from harness.records import Evaluation, Qrels
from tests.evaluation.files import trec_qrels

# RBP is left out: trec_eval reads it from uninitialised memory and scales grades. num_rel's total counts
# grades above 0 whatever -l says (m_num_rel.c), so its "all" line is not a mean of its own values under -l2.
NOT_OURS = {"rbp"}
VERSIONS = {"v9.0.8": "single", "v10.0-rc3": "double"}
CALLS = {  # output: judgments, run, relevance level
    "out.test.aq": ("qrels.test", "results.test", 1),
    "out.test.a": ("qrels.test", "results.test", 1),
    "out.test.aqc": ("qrels.test", "results.trunc", 1),
    "out.test.aql": ("qrels.rel_level", "results.test", 2),
}
SUMS = {"NumRet", "NumRel", "NumRelRet"}


def six_columns(path: Path, copy: Path) -> Path:
    """results.trunc has words behind the tag on purpose; trec_eval ignores them, we refuse such lines."""
    copy.write_text("".join(" ".join(line.split()[:6]) + "\n" for line in path.read_text().splitlines()))
    return copy


def lines_of(path: Path, rel: int) -> list[tuple[str, str, str]]:
    """(our name, query, value as printed) for each line of a measure that we have."""
    found = []
    for line in path.read_text().splitlines():
        theirs, query, value = (part.strip() for part in line.split("\t"))
        try:
            measure = parse_measure(theirs)
        except CommandError:
            continue
        if theirs in NOT_OURS:
            continue
        name = str(measure)
        if rel != 1 and "rel" in measure.definition.parameters:
            name = str(parse_measure(f"{measure.name}(rel={rel})" + name.removeprefix(measure.name)))
        found.append((name, query, value))
    return found


def printed(evaluation: Evaluation, name: str, query: str) -> str:
    row = evaluation.values[evaluation.measures.index(name)]
    if query == "all":
        value = row.sum() if name.split("(")[0] in SUMS else row.mean()
    else:
        value = row[evaluation.queries.index(query)]
    return str(int(value)) if name.split("(")[0] in SUMS else f"{value:.4f}"


@pytest.mark.parametrize("output", CALLS)
@pytest.mark.parametrize("version", VERSIONS)
def test_every_value_that_trec_eval_prints(
    shared_data: Path, tmp_path: Path, version: str, output: str
) -> None:
    folder = shared_data / "trec_eval" / version
    qrels_name, run_name, rel = CALLS[output]
    lines = lines_of(folder / output, rel)
    assert len({name for name, _, _ in lines}) >= 60
    evaluation = evaluate(
        six_columns(folder / run_name, tmp_path / run_name),
        trec_qrels(folder / qrels_name),
        sorted({name for name, _, _ in lines}),
        score_precision=VERSIONS[version],
    )
    wrong = [
        (name, query, value, printed(evaluation, name, query))
        for name, query, value in lines
        if printed(evaluation, name, query) != value
    ]
    assert wrong == []


def test_the_rounding_of_interpolated_precision_is_where_the_versions_differ(shared_data: Path) -> None:
    """Topic 301 at recall 0.1, as both versions print it: 9.0.8 adds 0.9 and truncates, 10 rounds."""
    values = {}
    for version, precision in VERSIONS.items():
        folder = shared_data / "trec_eval" / version
        evaluation = evaluate(
            folder / "results.test",
            trec_qrels(folder / "qrels.test"),
            ["IPrec@0.1"],
            score_precision=precision,
        )
        values[version] = evaluation.by_query()["IPrec@0.1"]["301"]
        (line,) = [
            text
            for text in (folder / "out.test.aq").read_text().splitlines()
            if text.startswith("iprec_at_recall_0.10") and "\t301\t" in text
        ]
        assert f"{values[version]:.4f}" == line.split("\t")[2]
    assert values["v9.0.8"] != values["v10.0-rc3"]


def test_a_ranking_cut_at_100_as_with_m100(shared_data: Path, tmp_path: Path) -> None:
    """trec_eval -M100 cuts after sorting; so a run of our first hundred rows is the same."""
    import numpy as np

    from harness.rankings import Run
    from harness.runfiles.reader import read_run

    folder = shared_data / "trec_eval" / "v10.0-rc3"
    run = read_run(six_columns(folder / "results.trunc", tmp_path / "run"))
    cut = Run.from_dict(
        {
            query: dict(zip(docs[:100], scores[:100].tolist(), strict=True))
            for query, docs, scores in run.rankings()
        },
        run.tag,
    )
    lines = lines_of(folder / "out.test.aqcM", 1)
    evaluation = evaluate(cut, trec_qrels(folder / "qrels.test"), sorted({name for name, _, _ in lines}))
    assert np.isfinite(evaluation.values).all()
    wrong = [line for line in lines if printed(evaluation, line[0], line[1]) != line[2]]
    assert wrong == []


def test_the_mean_counts_every_judged_topic(shared_data: Path, tmp_path: Path) -> None:
    """results.trunc lacks a topic; -c averages over the topics of the judgments."""
    folder = shared_data / "trec_eval" / "v9.0.8"
    qrels: Qrels = trec_qrels(folder / "qrels.test")
    run = six_columns(folder / "results.trunc", tmp_path / "run")
    evaluation = evaluate(run, qrels, ["AP"], score_precision="single")
    assert len(evaluation.queries) == 3
    assert evaluation.answered.sum() == 2
