"""Pipelines of several stages: what is done, what is kept, and what must never get lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from harness.config import check
from harness.rankings import Run
from harness.records import Document, Query
from harness.retrievers.pipeline import run_pipeline
from harness.retrievers.spec import SystemSpec
from harness.retrievers.stage_cache import StageCache
from harness.retrievers.work import Corpus, Outcome
from tests.conftest import ROOT
from tests.retrievers.counting import noted, register

TEXTS = {
    "a": "apples",
    "b": "apples apples",
    "c": "apples and a few pears",
    "d": "apples, pears and then plums, all in one very long line",
    "e": "pears",
    "f": "nothing of interest",
}
DOCUMENTS = [Document(name, "", text) for name, text in TEXTS.items()]
QUERIES = [Query("q1", "apples"), Query("q2", "pears"), Query("q3", "plums pears"), Query("q4", "zeppelin")]


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The stages' log; the cache is empty."""
    monkeypatch.setenv("HARNESS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("COUNTING_LOG", str(tmp_path / "log"))
    register(monkeypatch)
    return tmp_path / "log"


def spec(*stages: dict[str, Any]) -> SystemSpec:
    fields = {"version": 1, "system": "s", "family": "test", "description": "d"}
    return check({**fields, "pipeline": list(stages)}, SystemSpec, where="test")


def outcome(*stages: dict[str, Any], documents: Sequence[Document] = DOCUMENTS, **more: Any) -> Outcome:
    corpus = Corpus(documents=lambda: documents, key=str(hash(tuple(documents))))
    given = {"depth": 10, "cache": StageCache(), **more}
    return run_pipeline(spec(*stages), corpus, QUERIES, **given)


RETRIEVE = {"retrieve": "counting"}
RERANK = {"rerank": "by-length", "depth": 2}


def test_a_second_run_does_nothing_again(log: Path) -> None:
    first = outcome(RETRIEVE, RERANK)
    assert noted(log) == ["index", "open", "rank q1", "rank q2", "rank q3"]
    second = outcome(RETRIEVE, RERANK)
    assert len(noted(log)) == 5
    assert second.run.to_dict() == first.run.to_dict()
    assert [stage.cached for stage in second.stages] == [True, True]
    assert [stage.facts for stage in second.stages] == [stage.facts for stage in first.stages]


def test_a_changed_parameter_makes_again_what_depends_on_it_and_nothing_else(log: Path) -> None:
    outcome(RETRIEVE, RERANK)
    again = outcome(RETRIEVE, {**RERANK, "parameters": {"factor": 2.0}})
    assert [stage.cached for stage in again.stages] == [True, False]
    assert noted(log)[5:] == ["open", "rank q1", "rank q2", "rank q3"], "the index is not built again"
    other = outcome({**RETRIEVE, "parameters": {"k1": 2.0}}, RERANK)
    assert [stage.cached for stage in other.stages] == [False, False]


@pytest.mark.parametrize("what", ["depth", "documents", "fresh"])
def test_other_inputs_are_not_answered_from_the_cache(log: Path, what: str) -> None:
    outcome(RETRIEVE)
    if what == "depth":
        made = outcome({**RETRIEVE, "depth": 3})
    elif what == "documents":
        made = outcome(RETRIEVE, documents=[*DOCUMENTS, Document("g", "", "pears")])
    else:
        made = outcome(RETRIEVE, cache=StageCache(since=2e9 * 10))
    assert not made.stages[0].cached


def test_without_a_cache_nothing_is_kept(log: Path, tmp_path: Path) -> None:
    outcome(RETRIEVE, RERANK, cache=None)
    outcome(RETRIEVE, RERANK, cache=None)
    assert noted(log).count("index") == 2 and noted(log).count("rank q1") == 2
    assert not (tmp_path / "cache" / "answers").exists()
    assert not (tmp_path / "cache" / "stages").exists()


KILLED = """
import pytest
from tests.retrievers import test_pipeline as t
from tests.retrievers.counting import register
register(pytest.MonkeyPatch())
t.outcome(t.RETRIEVE, t.RERANK)
"""


def test_killed_in_the_middle_of_reranking_it_goes_on_and_asks_nothing_twice(
    log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = outcome(RETRIEVE, RERANK, cache=None).run.to_dict()
    log.unlink()
    environment = {**os.environ, "COUNTING_KILL": "2", "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "0"}
    dead = subprocess.run([sys.executable, "-c", KILLED], env=environment, check=False)
    assert dead.returncode == -signal.SIGKILL
    assert [line for line in noted(log) if line.startswith("rank")] == ["rank q1", "rank q2"]
    del environment["COUNTING_KILL"]
    subprocess.run([sys.executable, "-c", KILLED], env=environment, check=True)
    assert sorted(line for line in noted(log) if line.startswith("rank")) == ["rank q1", "rank q2", "rank q3"]
    assert noted(log).count("index") == 1, "the ranking of the first stage was kept"
    assert outcome(RETRIEVE, RERANK, cache=None).run.to_dict() == whole


def test_no_candidate_is_lost_and_the_rest_keeps_its_order(log: Path) -> None:
    before = outcome(RETRIEVE).run.to_dict()
    after = outcome(RETRIEVE, RERANK).run.to_dict()
    for query, ranking in before.items():
        first, rest = list(ranking)[:2], list(ranking)[2:]
        assert list(after[query]) == [*sorted(first, key=lambda d: -len(TEXTS[d])), *rest]


def test_depths(log: Path) -> None:
    made = outcome({**RETRIEVE, "depth": 3}, RERANK)
    assert [stage.depth for stage in made.stages] == [3, 2]
    assert max(map(len, made.run.to_dict().values())) == 3
    assert outcome(RETRIEVE, {"rerank": "by-length"}).stages[1].depth == 100, (
        "what a re-ranker does by default"
    )
    assert max(map(len, outcome(RETRIEVE, depth=1).run.to_dict().values())) == 1


def test_dropping_self_matches_costs_no_rank(log: Path) -> None:
    def clean(run: Run) -> Run:
        kept = {q: {d: s for d, s in row.items() if d != "a"} for q, row in run.to_dict().items()}
        return Run.from_dict(kept, run.tag)

    plain = outcome(RETRIEVE, depth=10).run.to_dict()["q1"]
    cleaned = outcome(RETRIEVE, depth=3, more=1, clean=clean).run.to_dict()["q1"]
    assert list(cleaned) == [document for document in plain if document != "a"][:3]
    reranked = outcome(RETRIEVE, {**RERANK, "depth": 3}, depth=3, more=1, clean=clean)
    assert set(reranked.run.to_dict()["q1"]) == set(cleaned), "three judged, the self match not among them"


def test_branches_start_from_the_same_documents(log: Path) -> None:
    branch = [{"retrieve": "overlap"}]
    made = outcome(RETRIEVE, {"fuse": "rrf", "with": [branch]})
    lexical, overlap = outcome(RETRIEVE).run.to_dict(), outcome(*branch).run.to_dict()
    fused = made.run.to_dict()["q1"]
    ranks = [{d: i for i, d in enumerate(run["q1"], start=1)} for run in (lexical, overlap)]
    for document, score in fused.items():
        assert score == pytest.approx(sum(1 / (60 + rank[document]) for rank in ranks), abs=1e-12)
    assert made.stages[1].facts == {"runs": 2, "documents_ranked": len(made.run)}
    assert [stage.name for stage in made.stages[1].branches[0]] == ["overlap"]


def test_a_branch_that_was_run_before_is_taken_from_the_cache(log: Path) -> None:
    outcome(RETRIEVE)
    outcome({"retrieve": "overlap"}, {"fuse": "rrf", "with": [[RETRIEVE]]})
    assert noted(log).count("index") == 1


def test_passages_become_documents_again(log: Path) -> None:
    cut = {"prepare": "windows", "parameters": {"words": 3, "stride": 3}}
    made = outcome(cut, RETRIEVE, {"group": "max-passage"}, RERANK)
    assert {d for row in made.run.to_dict().values() for d in row} <= set(TEXTS)
    assert next(iter(made.run.to_dict()["q3"])) == "d", "the re-ranker sees whole documents after group"
    inside = outcome(cut, RETRIEVE, {**RERANK, "depth": 50}, {"group": "max-passage"})
    assert inside.run.to_dict()["q1"]["d"] == len("apples, pears and"), "and passages before it"


def test_rerankers_do_not_read_what_is_there_for_the_index_alone(log: Path) -> None:
    made = outcome({"prepare": "shouting", "parameters": {"word": "zeppelin"}}, RETRIEVE, RERANK)
    found = made.run.to_dict()["q4"]
    assert len(found) == len(TEXTS), "the added word is indexed"
    assert set(list(found.values())[:2]) <= {float(len(text)) for text in TEXTS.values()}


def test_what_went_through_a_prepare_stage_is_told(log: Path) -> None:
    stages = ({"prepare": "shouting", "parameters": {"word": "ab"}}, RETRIEVE)
    characters = sum(map(len, TEXTS.values()))
    expected = {
        "documents_read": 6,
        "documents_given": 6,
        "characters_read": characters,
        "characters_given": characters + 18,
    }
    assert outcome(*stages).stages[0].facts == expected
    again = outcome(*stages).stages[0]
    assert (again.facts, again.cached) == (expected, True)
