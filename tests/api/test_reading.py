"""Reading through the API: what it says is what the library says, in the shapes that it promises."""

from __future__ import annotations

import gzip
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from harness.api.openapi import document
from harness.api.table import OPERATIONS
from harness.datasets.dataset import load_dataset
from harness.evaluation.evaluate import evaluate
from harness.leaderboard.board import read_board
from harness.ledger.ledger import read_events
from harness.runfiles.reader import read_run
from harness.statistics.runs import compare_runs
from tests.api.conftest import Stage
from tests.api.making import OPEN, bearer
from tests.submissions.making import QUERIES

READS = {
    "index": "/",
    "openapi": "/openapi.json",
    "board": "/board",
    "datasets": "/datasets",
    "dataset": "/datasets/tiny",
    "queries": "/datasets/tiny/queries",
    "systems": "/systems",
    "system": "/systems/alpha",
    "runs": "/runs",
    "run": "/runs/tiny/alpha",
    "card": "/runs/tiny/alpha/card",
    "scores": "/runs/tiny/alpha/scores?per_query=true",
    "findings": "/runs/tiny/alpha/findings",
    "download": "/runs/tiny/alpha/run.trec.gz",
    "compare": "/compare?dataset=tiny&system=alpha&system=beta&per_query=true",
    "ledger": "/ledger",
    "submissions": "/submissions",
    "submission": "/submissions/{id}",
    "account": "/account",
    "report": "/admin/report",
}


def get(board: Stage, path: str, token: str | None = None) -> Any:
    answer = board.client.get(f"/api/v1{path}", headers=bearer(token) if token else {})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_the_table_of_reads_is_complete() -> None:
    assert set(READS) == {each.name for each in OPERATIONS if each.method == "GET"}


@pytest.mark.parametrize("name", READS)
def test_every_answer_has_the_shape_that_the_document_promises(board: Stage, name: str) -> None:
    described = document(OPERATIONS)
    operation = next(each for each in OPERATIONS if each.name == name)
    path = READS[name]
    if "{id}" in path:
        path = path.replace("{id}", get(board, "/submissions", board.ada)["items"][0]["id"])
    answer = board.client.get(f"/api/v1{path}", headers=bearer(board.root))
    assert answer.status_code == 200, answer.text
    promised = described["paths"][operation.path]["get"]["responses"]["200"]["content"]
    (media,) = promised
    assert answer.headers["content-type"] == media
    if media == "application/json":
        Draft202012Validator({**promised[media]["schema"], **described}).validate(answer.json())


def test_the_board_is_the_library_s_board(board: Stage) -> None:
    rows = {row.system: row for row in read_board(board.site.store, dataset=OPEN).rows}
    answer = get(board, f"/board?dataset={OPEN}")
    assert answer["headlines"] == {OPEN: "nDCG@10"}
    assert [item["rank"] for item in answer["items"]] == [1, 2, 3]
    for item in answer["items"]:
        row = rows[item["system"]]
        assert item["measures"] == dict(row.measures), "full precision"
        assert (item["sha256"], item["answered"], item["submitter"]) == (row.sha256, 12, "Ada Author")
    best = [item["measures"]["nDCG@10"] for item in answer["items"]]
    assert best == sorted(best, reverse=True)


def test_the_board_is_filtered_by_system_measure_and_moment(board: Stage) -> None:
    one = get(board, f"/board?dataset={OPEN}&system=beta&measure=AP&measure=P%4010")
    assert [(item["system"], list(item["measures"])) for item in one["items"]] == [("beta", ["AP", "P@10"])]
    whole = get(board, f"/board?dataset={OPEN}&measure=AP")
    assert one["items"][0]["rank"] == next(i["rank"] for i in whole["items"] if i["system"] == "beta")
    first = next(e.time for e in read_events(board.site.record or "") if e.kind == "published")
    past = get(board, f"/board?as_of={first}")
    assert [item["system"] for item in past["items"]] == ["alpha"]
    assert get(board, "/board?as_of=2020-01-01")["total"] == 0
    assert get(board, "/board?family=dense")["total"] == 0


def test_pages_and_links_lead_through_all_items(board: Stage) -> None:
    whole = get(board, "/runs")["items"]
    seen, path = [], "/api/v1/runs?per_page=2"
    while path:
        answer = board.client.get(path)
        assert len(answer.json()["items"]) <= 2
        seen += answer.json()["items"]
        links = dict(reversed(part.split("; ")) for part in answer.headers["link"].split(", "))
        path = links.get('rel="next"', "").strip("<>")
    assert seen == whole
    assert len(seen) == 9


def test_per_query_values_are_those_of_the_engine(board: Stage) -> None:
    data = load_dataset(OPEN)
    assert board.site.record is not None
    run = read_run(board.site.record / OPEN / "alpha" / "run.trec.gz")
    wanted = evaluate(run, data.qrels, ["nDCG@10", "AP"])
    answer = get(board, "/runs/tiny/alpha/scores?per_query=true&measure=nDCG%4010&measure=AP")
    assert answer["queries"] == QUERIES
    assert answer["values"] == {"nDCG@10": wanted.values[0].tolist(), "AP": wanted.values[1].tolist()}
    assert answer["means"] == wanted.means()
    assert "values" not in get(board, "/runs/tiny/alpha/scores")


def test_a_comparison_is_that_of_harness_compare(board: Stage) -> None:
    assert board.site.record is not None
    places = [board.site.record / OPEN / name for name in ("alpha", "beta", "gamma")]
    wanted = compare_runs(places, dataset=OPEN)
    answer = get(board, "/compare?dataset=tiny&system=alpha&system=beta&system=gamma")
    assert [pair["p_corrected"] for pair in answer["pairs"]] == [p.p_corrected for p in wanted.pairs()]
    assert [row["mean"] for row in answer["systems"]] == [row.mean for row in wanted.comparison.systems()]
    board_means = {
        item["system"]: item["measures"]["nDCG@10"] for item in get(board, "/board?dataset=tiny")["items"]
    }
    assert {row["name"]: row["mean"] for row in answer["systems"]} == board_means
    assert "values" not in answer
    against = get(board, "/compare?dataset=tiny&system=alpha&system=beta&system=gamma&baseline=beta")
    assert [pair["second"] for pair in against["pairs"]] == ["beta", "beta"]


def test_the_run_file_comes_as_it_lies_in_the_record(board: Stage) -> None:
    answer = board.client.get("/api/v1/runs/tiny/alpha/run.trec.gz")
    assert board.site.record is not None
    assert answer.content == (board.site.record / OPEN / "alpha" / "run.trec.gz").read_bytes()
    assert gzip.decompress(answer.content).startswith(b"q00 Q0 ")
    assert 'filename="tiny.alpha.trec.gz"' in answer.headers["content-disposition"]
    part = board.client.get("/api/v1/runs/tiny/alpha/run.trec.gz", headers={"Range": "bytes=0-9"})
    assert (part.status_code, part.content) == (206, answer.content[:10])


@pytest.mark.parametrize("path", ["/board", "/runs/tiny/alpha/run.trec.gz", "/openapi.json"])
def test_what_has_not_changed_is_not_sent_again(board: Stage, path: str) -> None:
    first = board.client.get(f"/api/v1{path}")
    assert board.client.get(f"/api/v1{path}").content == first.content, "the same board, the same bytes"
    again = board.client.get(f"/api/v1{path}", headers={"If-None-Match": f'"x", W/{first.headers["etag"]}'})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert board.client.get(f"/api/v1{path}", headers={"If-None-Match": '"other"'}).status_code == 200
    head = board.client.head(f"/api/v1{path}")
    assert (head.status_code, head.headers["etag"]) == (200, first.headers["etag"])


def test_any_page_may_read_and_none_may_write(board: Stage) -> None:
    answer = board.client.get("/api/v1/board", headers={"Origin": "https://elsewhere.example"})
    assert answer.headers["access-control-allow-origin"] == "*"
    asked = {"Origin": "https://elsewhere.example", "Access-Control-Request-Method": "POST"}
    assert board.client.options("/api/v1/submissions", headers=asked).status_code == 400
    asked["Access-Control-Request-Method"] = "GET"
    assert board.client.options("/api/v1/board", headers=asked).status_code == 200


def test_the_ledger_is_that_of_the_record(board: Stage) -> None:
    wanted = read_events(board.site.record or "")
    answer = get(board, "/ledger?dataset=tiny&kind=published&per_page=500")
    own = [e for e in wanted if e.dataset == OPEN and e.kind == "published"]
    assert [item["number"] for item in answer["items"]] == [event.number for event in own]
    assert [item["hash"] for item in answer["items"]] == [event.hash for event in own]
    assert get(board, f"/ledger?after={wanted[-2].number}")["total"] == 1
