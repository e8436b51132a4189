"""Handing in through the API: who may, what comes back, what is refused, what is kept."""

from __future__ import annotations

import io
import json
import logging
import zipfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import yaml
from starlette.testclient import TestClient

from harness.api.app import create_app
from harness.api.site import Site
from harness.leaderboard.board import read_board
from harness.leaderboard.rebuild import rebuild
from harness.ledger.ledger import read_events
from harness.submissions.accounts import disable, open_registration, set_role
from harness.submissions.database import transaction
from harness.submissions.ratelimit import SIGN_INS, SUBMISSIONS
from harness.submissions.tables import tokens
from harness.submissions.tokens import issue_token, list_tokens, revoke_token
from tests.api.conftest import Stage
from tests.api.making import OPEN, bearer, is_problem, upload
from tests.submissions.making import card, ranking, run_text


def post(stage: Stage, files: Any, token: str | None = None, **data: str) -> Any:
    headers = bearer(stage.ada if token is None else token)
    return stage.client.post("/api/v1/submissions", headers=headers, files=files, data=data)


def systems(stage: Stage) -> set[str]:
    return {row.system for row in read_board(stage.site.store).rows}


def test_a_good_run_is_published_and_can_be_read_at_once(stage: Stage) -> None:
    answer = post(stage, upload("mine", 1), dataset=OPEN)
    assert (answer.status_code, answer.json()["outcome"]) == (201, "published")
    (entry,) = answer.json()["entries"]
    row = stage.client.get("/api/v1/runs/tiny/mine").json()
    assert row["measures"] == entry["scores"]
    again = stage.client.get(answer.headers["location"], headers=bearer(stage.ada))
    assert again.json() == answer.json()
    assert read_events(stage.site.record or "")[-1].actor == "ada"
    assert read_board(stage.site.store).digest == rebuild(stage.site.record or "", stage.site.store).digest


def test_the_same_run_again_is_a_duplicate_and_changes_nothing(stage: Stage) -> None:
    post(stage, upload("mine", 1))
    before = stage.client.get("/api/v1/board")
    answer = post(stage, upload("mine", 1))
    assert (answer.status_code, answer.json()["outcome"]) == (200, "duplicate")
    assert stage.client.get("/api/v1/board").headers["etag"] == before.headers["etag"]


def test_a_bad_run_is_refused_with_every_line_and_kept_for_looking_at(stage: Stage) -> None:
    text = run_text(ranking(1)) + "q00 Q0 d01\nq00 Q0 d02 1 x tag\n"
    answer = post(stage, upload("mine", 1, run=text))
    assert answer.status_code == 422
    assert is_problem(answer)
    told = {(found["where"], found["code"]) for found in answer.json()["findings"]}
    assert {("my run.trec:121", "wrong-columns"), ("my run.trec:122", "text-score")} <= told
    assert systems(stage) == set()
    receipt = answer.json()["receipt"]["id"]
    kept = stage.client.get(f"/api/v1/submissions/{receipt}", headers=bearer(stage.ada)).json()
    assert kept["outcome"] == "refused"


def test_an_archive_of_several_runs_is_one_submission(stage: Stage) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for number, system in enumerate(("one", "two")):
            archive.writestr(f"{system}/run.trec", run_text(ranking(number)))
            archive.writestr(f"{system}/card.yaml", yaml.safe_dump(card(system)))
        runs = [{"run": f"{name}/run.trec", "card": f"{name}/card.yaml"} for name in ("one", "two")]
        archive.writestr("manifest.yaml", yaml.safe_dump({"runs": runs}))
    answer = post(stage, {"archive": ("runs.zip", packed.getvalue())})
    assert answer.status_code == 201, answer.text
    assert systems(stage) == {"one", "two"}


def test_a_dry_run_says_what_would_happen_and_keeps_nothing(stage: Stage) -> None:
    answer = post(stage, upload("mine", 1), dry_run="true")
    assert (answer.status_code, answer.json()["outcome"]) == (200, "would-publish")
    assert answer.json()["entries"][0]["scores"]
    assert systems(stage) == set()
    assert read_events(stage.site.record or "") == ()


@pytest.mark.parametrize(
    ("names", "data"),
    [
        ((), {}),
        (("run",), {}),
        (("card",), {"dataset": OPEN}),
        (("run", "card", "archive"), {}),
        (("run", "card", "more"), {}),
        (("run", "card"), {"dry_run": "perhaps"}),
        (("run", "card"), {"datset": OPEN}),
        (("run", "card"), {"dataset": "x\ny"}),
    ],
)
def test_fields_that_make_no_submission_are_told(
    stage: Stage, names: tuple[str, ...], data: dict[str, str]
) -> None:
    whole = upload("mine", 1)
    files = {name: whole.get(name, whole["run"]) for name in names} or {"none": ("x", b"x")}
    answer = post(stage, files, **data)
    assert (answer.status_code, is_problem(answer)) == (400, True)
    assert answer.json()["findings"]


def test_a_body_of_another_kind_is_told(stage: Stage) -> None:
    url, token = "/api/v1/submissions", bearer(stage.ada)
    assert stage.client.post(url, headers=token, json={}).status_code == 415
    broken = {"content-type": "multipart/form-data; boundary=x"} | token
    for body in (b"", b"--x\r\nno header", b"--y\r\n\r\n", b"--x\r\nContent-Disposition: form-data\r\n\r\nx"):
        answer = stage.client.post(url, headers=broken, content=body)
        assert (answer.status_code, is_problem(answer)) == (400, True), body
    answer = stage.client.post(url, headers={"content-type": "multipart/form-data"} | token, content=b"x")
    assert answer.status_code == 400


def test_a_body_that_is_too_large_is_not_read(stage: Stage) -> None:
    big = upload("mine", 1, run="x" * 400_000)
    answer = post(stage, big)
    assert (answer.status_code, is_problem(answer)) == (413, True)

    def endless() -> Any:
        yield b'--x\r\nContent-Disposition: form-data; name="run"; filename="r"\r\n\r\n'
        for _ in range(100):
            yield b"x" * 10_000

    kind = {"content-type": "multipart/form-data; boundary=x"} | bearer(stage.ada)
    answer = stage.client.post("/api/v1/submissions", headers=kind, content=endless())
    assert (answer.status_code, is_problem(answer)) == (413, True)
    assert read_events(stage.site.record or "") == ()


def test_nobody_gets_in_without_a_good_token(stage: Stage) -> None:
    url, accounts = "/api/v1/account", stage.site.accounts or ""
    wrong = stage.ada[:-1] + ("A" if stage.ada[-1] != "A" else "B")
    expired, token = issue_token(accounts, "ada", days=1)
    with transaction(accounts) as connection:
        past = tokens.update().where(tokens.c.id == token.id).values(expires="2020-01-01T00:00:00Z")
        connection.execute(past)
    bad = ["", "x", "hrn_x_y", wrong, stage.ada.replace("hrn_", "hrn-"), expired, "hrn_" + "0" * 16 + "_x"]
    told = set()
    for each in bad:
        answer = stage.client.get(url, headers=bearer(each))
        assert (answer.status_code, is_problem(answer)) == (401, True), each
        assert answer.headers["www-authenticate"] == "Bearer"
        told.add(answer.json()["detail"])
    assert len(told) == 2, "absent or not known: nothing tells a wrong secret from an unknown id"
    assert stage.client.get(url, headers={"Authorization": f"Basic {stage.ada}"}).status_code == 401
    assert stage.client.get(url, headers=bearer(stage.ada)).json()["account"] == "ada"


def test_revoked_tokens_disabled_accounts_and_lost_roles_count_at_once(stage: Stage) -> None:
    accounts = stage.site.accounts or ""
    assert stage.client.get("/api/v1/admin/report", headers=bearer(stage.root)).status_code == 200
    set_role(accounts, "root", "submitter")
    assert stage.client.get("/api/v1/admin/report", headers=bearer(stage.root)).status_code == 403
    revoke_token(accounts, list_tokens(accounts, "root")[0].id)
    assert stage.client.get("/api/v1/account", headers=bearer(stage.root)).status_code == 401
    disable(accounts, "ada")
    assert post(stage, upload("mine", 1)).status_code == 401
    assert read_events(stage.site.record or "") == ()


def test_a_token_does_only_what_its_scopes_say(stage: Stage) -> None:
    text, _ = issue_token(stage.site.accounts or "", "ada", scopes=("read",))
    answer = post(stage, upload("mine", 1), text)
    assert (answer.status_code, is_problem(answer)) == (403, True)
    assert "submit" in answer.json()["detail"]


def test_one_submitter_does_not_see_another_s_submissions(stage: Stage) -> None:
    receipt = post(stage, upload("mine", 1)).json()["id"]
    other, _ = issue_token(stage.site.accounts or "", "root", scopes=("read",))
    assert stage.client.get(f"/api/v1/submissions/{receipt}", headers=bearer(other)).status_code == 404
    assert stage.client.get("/api/v1/submissions", headers=bearer(other)).json()["total"] == 0
    assert stage.client.get("/api/v1/submissions", headers=bearer(stage.curator)).json()["total"] == 1
    missing = stage.client.get("/api/v1/submissions/20260101T000000-000000000000", headers=bearer(stage.ada))
    assert missing.status_code == 404
    assert receipt not in missing.text


def test_too_many_submissions_have_to_wait(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harness.submissions.door.SUBMISSIONS", SUBMISSIONS._replace(most=2))
    answers = [post(stage, upload(f"s{number}", number)) for number in range(3)]
    assert [answer.status_code for answer in answers] == [201, 201, 429]
    assert 0 < int(answers[2].headers["retry-after"]) <= SUBMISSIONS.seconds + 1
    assert is_problem(answers[2])
    assert systems(stage) == {"s0", "s1"}


def test_guessing_tokens_is_slowed_down(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harness.api.visitor.SIGN_INS", SIGN_INS._replace(most=3))
    wrong = bearer("hrn_" + "0" * 16 + "_x")
    codes = [stage.client.get("/api/v1/account", headers=wrong).status_code for _ in range(4)]
    assert codes == [401, 401, 401, 429]


def test_registering_works_only_where_it_is_switched_on(stage: Stage) -> None:
    url, form = "/api/v1/accounts", {"name": "bob", "contact": "bob@example.org"}
    assert stage.client.post(url, json=form).status_code == 403
    open_registration(stage.site.accounts or "", on=True)
    answer = stage.client.post(url, json=form)
    assert answer.status_code == 201
    assert answer.headers["cache-control"] == "private, no-store"
    who = stage.client.get("/api/v1/account", headers=bearer(answer.json()["token"])).json()
    assert who == {"account": "bob", "role": "submitter", "scopes": ["read", "submit"]}
    bad = [form, {"name": "X", "contact": "c"}, {"name": "carl"}, {"name": "carl", "contact": " "}]
    codes = [stage.client.post(url, json=each).status_code for each in bad]
    assert codes == [400, 400, 400, 400]
    for body in (b"", b"[]", b"{", b'{"name": 1, "contact": "x"}', b"[" * 100_000):
        kind = {"content-type": "application/json"}
        answer = stage.client.post(url, headers=kind, content=body)
        assert answer.status_code in {400, 413, 429}
        assert is_problem(answer)
    assert stage.client.post(url, json=form).status_code == 429


def test_a_store_that_cannot_be_read_is_a_problem_and_no_place_is_told(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    assert stage.site.record is not None
    (stage.site.record / "ledger.jsonl").write_text("{}\n")
    answer = stage.client.get("/api/v1/ledger")
    assert (answer.status_code, is_problem(answer)) == (503, True)
    assert str(stage.site.record) not in answer.text
    assert str(stage.site.record) in caplog.text, "the operator's log says which file it is"
    assert post(stage, upload("mine", 1)).status_code == 503


def test_a_failure_that_nobody_foresaw_tells_nothing_of_the_inside(
    stage: Stage, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("harness.api.endpoints.boards.ranked", lambda *_: 1 / 0)
    answer = stage.client.get("/api/v1/board")
    assert (answer.status_code, is_problem(answer)) == (500, True)
    assert "ZeroDivisionError" not in answer.text
    assert "ZeroDivisionError" in caplog.text


def test_a_server_without_accounts_takes_nothing_in(stage: Stage) -> None:
    closed = TestClient(create_app(Site(store=stage.site.store, record=stage.site.record)))
    assert closed.get("/api/v1/").json()["open"] == {"downloads": True, "submissions": False}
    for answer in (
        closed.post("/api/v1/submissions", headers=bearer(stage.ada), files=upload("mine", 1)),
        closed.post("/api/v1/accounts", json={"name": "bob", "contact": "b"}),
        closed.get("/api/v1/account", headers=bearer(stage.ada)),
    ):
        assert (answer.status_code, is_problem(answer)) == (503, True)


def test_when_too_many_wait_the_rest_is_told_to_come_again(stage: Stage) -> None:
    site = replace(stage.site, workers=1, waiting=0)
    with TestClient(create_app(site)) as client, ThreadPoolExecutor(4) as pool:

        def hand_in(number: int) -> Any:
            return client.post(
                "/api/v1/submissions", headers=bearer(stage.ada), files=upload(f"s{number}", number)
            )

        answers = list(pool.map(hand_in, range(4)))
    codes = sorted(answer.status_code for answer in answers)
    assert codes[0] == 201
    assert set(codes) <= {201, 503}
    assert all(answer.headers["retry-after"] == "10" for answer in answers if answer.status_code == 503)
    assert len(systems(stage)) == codes.count(201)


def test_the_log_has_a_line_a_request_and_no_secret(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="harness.api"):
        post(stage, upload("mine", 1))
        stage.client.get(f"/api/v1/board?token={stage.ada}")
        stage.client.get("/api/v1/account", headers=bearer(stage.ada + "x"))
    lines = [json.loads(record.getMessage()) for record in caplog.records]
    assert [(line["status"], line["account"]) for line in lines] == [(201, "ada"), (400, ""), (401, "")]
    assert {line["path"] for line in lines} == {f"/api/v1/{p}" for p in ("submissions", "board", "account")}
    assert stage.ada[-43:] not in caplog.text


def test_an_anonymous_entry_names_nobody_on_any_route(stage: Stage) -> None:
    until = (datetime.now(UTC).date() + timedelta(days=60)).isoformat()
    files = upload("mine", 1, anonymous_until=until, authors=["Grace Hopperson"], contact="grace@example.org")
    assert post(stage, files).status_code == 201
    for path in (
        "board",
        "runs",
        "runs/tiny/mine",
        "runs/tiny/mine/card",
        "systems/mine",
        "ledger",
        "datasets",
    ):
        text = stage.client.get(f"/api/v1/{path}").text
        assert "Hopperson" not in text and "grace@" not in text, path
        assert '"ada"' not in text, path
    assert f"anonymous until {until}" in stage.client.get("/api/v1/runs/tiny/mine").text
