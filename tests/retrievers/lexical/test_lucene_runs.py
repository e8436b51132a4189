"""BM25 against the runs that Lucene itself wrote (Anserini 1.7.1, Lucene 9.9), ten collections."""

from __future__ import annotations

import gzip
import json
from collections import defaultdict
from functools import cache
from pathlib import Path

import pytest
import pytrec_eval

from harness.rankings import Run
from harness.records import Document, Query
from harness.retrievers.lexical.bm25 import BM25
from harness.retrievers.lexical.index import LexicalIndex

# Documents indexed, nDCG@10, AP, R@100, R@1000, from the README beside the runs. The figures of SciFact are
# also those that Anserini publishes (0.6789, 0.9253, 0.9767).
TABLE = {
    "adi": (82, 0.4747, 0.4017, 0.9103, 0.9103),
    "cacm": (3204, 0.4808, 0.3480, 0.6825, 0.9310),
    "cranfield": (1398, 0.4108, 0.3967, 0.7415, 0.9559),
    "cystic-fibrosis": (1239, 0.4442, 0.2586, 0.4375, 0.8826),
    "lisa": (5999, 0.4244, 0.3499, 0.7288, 0.9705),
    "med": (1033, 0.6651, 0.5118, 0.7729, 0.9118),
    "scifact": (5183, 0.6789, 0.6401, 0.9253, 0.9767),
    "time": (423, 0.7068, 0.6458, 0.9669, 1.0000),
    "trec-dl19-pool": (10852, 0.4570, 0.4648, 0.5970, 0.9860),
    "vaswani": (11429, 0.4368, 0.2856, 0.6186, 0.9340),
}
MEASURES = ("ndcg_cut_10", "map", "recall_100", "recall_1000")


def qrels(folder: Path) -> dict[str, dict[str, int]]:
    judged: dict[str, dict[str, int]] = defaultdict(dict)
    for line in (folder / "qrels" / "test.tsv").read_text().splitlines()[1:]:
        query, document, grade = line.split("\t")
        judged[query][document] = int(grade)
    return dict(judged)


@cache
def searched(folder: Path) -> tuple[LexicalIndex, Run]:
    """Our index and run of the judged queries."""
    with (folder / "corpus.jsonl").open() as lines:
        rows = map(json.loads, lines)
        index = BM25().index(Document(row["_id"], row["title"], row["text"]) for row in rows)
    rows = map(json.loads, (folder / "queries.jsonl").read_text().splitlines())
    judged = qrels(folder)
    queries = [Query(row["_id"], row["text"]) for row in rows if row["_id"] in judged]
    return index, index.search(queries, 1000, tag="bm25")


def lucene_run(folder: Path, name: str) -> dict[str, dict[str, float]]:
    """Lucene's documents and scores, in its order."""
    run: dict[str, dict[str, float]] = defaultdict(dict)
    with gzip.open(folder / f"{name}.trec.gz", "rt") as lines:
        for line in lines:
            query, _, document, _, score, _ = line.split()
            run[query][document] = float(score)
    return dict(run)


@pytest.mark.parametrize("name", TABLE)
def test_documents_order_and_scores_equal_lucenes(shared_data: Path, name: str) -> None:
    ours = searched(shared_data / name)[1].to_dict()
    theirs = lucene_run(shared_data / "lucene-bm25", name)
    assert ours.keys() == theirs.keys()
    for query, ranking in theirs.items():
        assert list(ours[query].items()) == list(ranking.items()), f"query {query}"


@pytest.mark.parametrize("name", TABLE)
def test_means_equal_the_table(shared_data: Path, name: str) -> None:
    index, run = searched(shared_data / name)
    judged = qrels(shared_data / name)
    evaluator = pytrec_eval.RelevanceEvaluator(judged, {"ndcg_cut.10", "map", "recall.100,1000"})
    values = evaluator.evaluate(run.to_dict())
    means = [sum(values[q][m] for q in judged if q in values) / len(judged) for m in MEASURES]
    assert (index.facts["documents"], *(round(mean, 4) for mean in means)) == TABLE[name]
