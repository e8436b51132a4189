"""Every measure, bit by bit, against the plain evaluator; from memory and from a file."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.evaluation.evaluate import evaluate
from harness.evaluation.judgments import Judgments
from harness.evaluation.kernel.scoring import hits_of_file
from harness.evaluation.matching import hits_of_run
from harness.rankings import Run
from harness.records import Qrels
from harness.runfiles.limits import Limits
from tests.evaluation.reference import reference
from tests.evaluation.strategies import KINDS, Judged, Scores, cases

TRIES = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def expected(judged: Judged, scores: Scores, rel: int, precision: str) -> dict[str, dict[str, float]]:
    return {query: reference(judged[query], scores.get(query, {}), rel, precision) for query in judged}


@pytest.mark.parametrize("precision", ["double", "single"])
@pytest.mark.parametrize("kind", KINDS)
@TRIES
@given(data=st.data(), rel=st.integers(1, 3))
def test_every_measure_equals_the_plain_evaluator_to_the_last_bit(
    kind: str, precision: str, data: st.DataObject, rel: int
) -> None:
    judged, scores = data.draw(cases(KINDS[kind]))
    want = expected(judged, scores, rel, precision)
    names = list(next(iter(want.values())))
    got = evaluate(
        Run.from_dict(scores, "t"), Qrels.from_dict(judged), names, score_precision=precision
    ).by_query()
    for query, values in want.items():
        for name, value in values.items():
            assert got[name][query] == value, (query, name)


def write(path: Path, scores: Scores, order: random.Random | None, interleave: bool) -> None:
    """A run file; its lines shuffled inside topics, or over the whole file."""
    groups = [[f"{q} Q0 {d} 1 {s!r} tag" for d, s in docs.items()] for q, docs in scores.items()]
    if order is not None:
        for group in groups:
            order.shuffle(group)
    lines = [line for group in groups for line in group]
    if interleave and order is not None:
        order.shuffle(lines)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.mark.parametrize("precision", ["double", "single"])
@pytest.mark.parametrize("kind", KINDS)
@TRIES
@given(data=st.data(), seed=st.integers(0, 9), interleave=st.booleans(), descending=st.booleans())
def test_a_file_gives_the_hits_of_the_run_in_memory(
    kind: str,
    precision: str,
    data: st.DataObject,
    seed: int,
    interleave: bool,
    descending: bool,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    judged, scores = data.draw(cases(KINDS[kind]))
    if descending:
        scores = {q: dict(sorted(docs.items(), key=lambda item: -item[1])) for q, docs in scores.items()}
    path = tmp_path_factory.mktemp("runs") / "run.txt"
    write(path, scores, None if descending else random.Random(seed), interleave)
    judgments = Judgments.of(Qrels.from_dict(judged))
    want = hits_of_run(Run.from_dict(scores, "t"), judgments, precision)
    got = hits_of_file(path, judgments, precision, Limits())
    if (
        got is None
    ):  # interleaved topics, inf, or numbers beyond the kernel's reach: evaluate() reads it strictly
        names = ["nDCG", "AP", "Judged@10", "NumRet"]
        strict = evaluate(path, judgments, names, score_precision=precision)
        assert (
            strict.by_query()
            == evaluate(Run.from_dict(scores, "t"), judgments, names, score_precision=precision).by_query()
        )
        return
    for name in ("returned", "starts", "ranks", "grades", "tie_starts", "tie_sizes", "tied_pairs"):
        assert getattr(got, name).tolist() == getattr(want, name).tolist(), name


def test_the_kernel_takes_ordinary_files_itself(tmp_path: Path) -> None:
    """So that the test above compares two ways and not one with itself."""
    judgments = Judgments.of(Qrels.from_dict({"1": {"a": 1, "b": 0}}))
    path = tmp_path / "run.txt"
    for scores in ({"a": 1.5, "b": 2.0}, {"b": -3.25e-7, "a": -1e-9}, {"a": 0.12345678901234567, "b": 1e22}):
        write(path, {"1": scores}, None, False)
        assert hits_of_file(path, judgments, "double", Limits()) is not None
