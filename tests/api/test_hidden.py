"""Trying to get at hidden judgments through every route; what is open stays open."""

from __future__ import annotations

import json
from typing import Any

import pytest

from harness.api.table import OPERATIONS
from harness.leaderboard.board import read_board
from harness.store.engine import connect
from harness.store.reading import read_vectors
from tests.api.conftest import Stage
from tests.api.making import MEAN, MEASURES, OPEN, SECRET, VAULT, bearer, upload
from tests.api.test_submitting import post
from tests.submissions.making import QUERIES, judged, run_text

HIDDEN = (SECRET, VAULT)


def every_text(stage: Stage, token: str | None) -> dict[str, str]:
    """What every route answers about the hidden data sets, with every parameter that asks for more."""
    found = {}
    for operation in OPERATIONS:
        if operation.method != "GET":
            continue
        for dataset in HIDDEN:
            for system in ("alpha", "beta"):
                path = operation.path.format(dataset=dataset, system=system, submission="x")
                for query in asked(operation.name, dataset):
                    url = f"/api/v1{path}{query}"
                    found[url] = stage.client.get(url, headers=bearer(token) if token else {}).text
    return found


def asked(name: str, dataset: str) -> list[str]:
    per_query = "per_query=true"
    return {
        "scores": [
            "",
            f"?{per_query}",
            "?per_query=false",
            f"?{per_query}&measure=AP",
            "?measure=Judged%4010",
        ],
        "board": ["", f"?dataset={dataset}", f"?dataset={MEAN}", "?measure=AP", "?as_of=2100-01-01"],
        "compare": [
            f"?dataset={dataset}&system=alpha&system=beta",
            f"?dataset={dataset}&system=alpha&system=beta&{per_query}&test=t&alpha=0.5",
            f"?dataset={dataset}&system=alpha&system=beta&baseline=beta&measure=AP",
        ],
        "runs": ["", f"?dataset={dataset}"],
        "ledger": ["?per_page=500", f"?dataset={dataset}&per_page=500"],
        "submissions": ["?per_page=500"],
    }.get(name, [""])


def numbers_of(stage: Stage, datasets: tuple[str, ...]) -> set[str]:
    """Every number and hash that the judgments of some data sets give, as JSON would print it."""
    engine = connect(stage.site.store)
    found = set()
    for row in read_board(stage.site.store).rows:
        if row.dataset not in datasets:
            continue
        numbers = [*row.measures.values(), *(value for span in row.tie_ranges.values() for value in span)]
        if not row.parts:
            run = stage.site.snapshots.run_ids(row.dataset)[row.system]
            for measure in row.measures:
                numbers += read_vectors(engine, [run], measure)[0].tolist()
        found |= {json.dumps(number) for number in numbers if len(json.dumps(number)) > 6}
        found.add(row.vectors_sha256)
    engine.dispose()
    return found | {entry.judgments for name, entry in stored(stage).items() if name in datasets}


def stored(stage: Stage) -> dict[str, Any]:
    return dict(stage.site.snapshots.read().datasets)


@pytest.mark.parametrize("who", ["nobody", "a submitter"])
def test_no_route_tells_what_is_hidden(board: Stage, who: str) -> None:
    kept = numbers_of(board, (*HIDDEN, MEAN)) - numbers_of(board, (OPEN,)) - {""}
    kept.add(read_board(board.site.store).digest)
    assert len(kept) > 30
    texts = every_text(board, None if who == "nobody" else board.ada)
    assert len(texts) > 60
    leaks = {(url, secret) for url, text in texts.items() for secret in kept if secret in text}
    assert not leaks


@pytest.mark.parametrize("dataset", HIDDEN)
def test_means_are_rounded_and_judged_at_k_is_not_there(board: Stage, dataset: str) -> None:
    exact = {row.system: row for row in read_board(board.site.store, dataset=dataset).rows}
    rows = board.client.get(f"/api/v1/board?dataset={dataset}").json()["items"]
    assert len(rows) == 3
    for row in rows:
        names = [name for name in MEASURES if name != "Judged@10"]
        assert row["measures"] == {name: round(exact[row["system"]].measures[name], 3) for name in names}
        assert row["tie_ranges"] == {}
        assert "vectors_sha256" not in row
    (mean,) = [
        row
        for row in board.client.get(f"/api/v1/board?dataset={MEAN}").json()["items"]
        if row["system"] == "alpha"
    ]
    assert all(value == round(value, 3) for value in mean["measures"].values())


def test_per_query_values_are_refused_where_they_are_hidden(board: Stage) -> None:
    for dataset in HIDDEN:
        answer = board.client.get(f"/api/v1/runs/{dataset}/alpha/scores?per_query=true")
        assert (answer.status_code, "hidden" in answer.json()["detail"]) == (403, True)
    assert board.client.get(f"/api/v1/runs/{OPEN}/alpha/scores?per_query=true").status_code == 200


def test_hidden_queries_are_nowhere(board: Stage) -> None:
    for path in (f"/datasets/{VAULT}/queries", f"/runs/{VAULT}/alpha/run.trec.gz"):
        assert board.client.get(f"/api/v1{path}").status_code == 403
    for url, text in every_text(board, board.ada).items():
        if VAULT in url:
            assert not any(query in text for query in QUERIES), url
            assert "what is q" not in text


def test_a_comparison_tells_the_decision_alone(board: Stage) -> None:
    answer = board.client.get(f"/api/v1/compare?dataset={SECRET}&system=alpha&system=beta").json()
    assert [set(pair) for pair in answer["pairs"]] == [{"first", "second", "differs"}]
    assert [set(system) for system in answer["systems"]] == [{"name", "mean"}] * 2
    assert set(answer["method"]) == {"test", "correction", "alpha"}


def test_a_receipt_tells_rounded_means_and_no_flags(stage: Stage) -> None:
    perfect = {query: sorted(grades, key=lambda d: -grades[d]) for query, grades in judged().items()}
    answer = post(stage, upload("mine", 1, SECRET, run=run_text(perfect)))
    assert (answer.status_code, answer.json()["outcome"]) == (202, "held"), "a perfect run is looked at"
    (entry,) = answer.json()["entries"]
    assert entry["flags"] == []
    assert "Judged@10" not in entry["scores"]
    told = stage.client.get("/api/v1/ledger").text
    assert "perfect" not in told and "flags" not in told
    (own,) = stage.client.get("/api/v1/submissions", headers=bearer(stage.ada)).json()["items"]
    assert own["entries"][0]["flags"] == []
    (whole,) = stage.client.get("/api/v1/submissions", headers=bearer(stage.curator)).json()["items"]
    assert whole["entries"][0]["flags"], "a curator sees why"


def test_a_dry_run_on_hidden_judgments_is_refused(stage: Stage) -> None:
    answer = post(stage, upload("mine", 1, SECRET), dry_run="true")
    assert answer.json()["outcome"] == "would-refuse"
    assert [item["code"] for item in answer.json()["findings"]] == ["hidden-dry-run"]
    assert answer.json()["entries"][0]["scores"] == {}


def test_the_budget_bounds_what_can_be_learned(stage: Stage) -> None:
    answers = [post(stage, upload(f"s{n}", n, SECRET)) for n in range(6)]
    assert [answer.status_code for answer in answers] == [201] * 5 + [422]
    (found,) = answers[5].json()["findings"]
    assert found["code"] == "over-budget"
    assert answers[5].json()["receipt"]["entries"][0]["scores"] == {}
    assert post(stage, upload("open", 9, OPEN)).status_code == 201, "an open data set has no budget"
    refused = post(stage, upload("x", 1, VAULT, run="q00 Q0 d01 1 1 t\nq00 Q0 d01 2 1 t\n"))
    assert refused.status_code == 422
