"""Bad input for every route: a problem that says what is wrong, never a failure of the server."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.testclient import TestClient

from harness.api.app import mount
from harness.api.middleware import Explained
from harness.api.operation import Operation
from harness.api.table import OPERATIONS
from tests.api.conftest import Stage
from tests.api.making import bearer, is_problem

PAIR = "/compare?dataset=tiny&system=alpha&system=beta"
BAD = {
    "/nothing": 404,
    "/board/": 404,
    "/board?dataset=tinny": 404,
    "/board?measure=nDCG%4020": 404,
    "/board?measure=nonsense": 400,
    "/board?measure=nDCG%400": 400,
    "/board?as_of=yesterday": 400,
    "/board?as_of=2026-02-30": 400,
    "/board?as_of=2026-01-01T00:00:00": 400,
    "/board?as_of=2026-01-01&as_of=2026-01-02": 400,
    "/board?page=0": 400,
    "/board?page=-1": 400,
    "/board?page=1.5": 400,
    "/board?page=%D9%A1": 400,
    "/board?page=99999999999999999999": 400,
    "/board?page=7": 400,
    "/board?per_page=501": 400,
    "/board?sort=AP": 400,
    "/board?dataset=%00": 400,
    "/board?dataset=" + "x" * 400: 400,
    "/datasets/nothing": 404,
    "/datasets/..%2f..%2fetc": 404,
    "/datasets/nothing/queries": 404,
    "/systems/nothing": 404,
    "/runs?sha256=" + "x" * 400: 400,
    "/runs/tiny/nothing": 404,
    "/runs/nothing/alpha": 404,
    "/runs/mean/alpha": 404,
    "/runs/mean/alpha/card": 404,
    "/runs/tiny/nothing/card": 404,
    "/runs/tiny/nothing/run.trec.gz": 404,
    "/runs/tiny/..%2f..%2fledger.jsonl/run.trec.gz": 404,
    "/runs/tiny/alpha/scores?measure=RR": 404,
    "/runs/tiny/alpha/scores?per_query=yes": 400,
    "/runs/tiny/alpha/findings?page=9": 400,
    "/compare": 400,
    "/compare?dataset=tiny": 400,
    "/compare?dataset=tiny&system=alpha": 400,
    "/compare?dataset=tiny&system=alpha&system=alpha": 400,
    "/compare?dataset=tiny&system=alpha&system=nothing": 404,
    "/compare?dataset=mean&system=alpha&system=beta": 400,
    "/compare?dataset=tiny&system=alpha&system=beta&baseline=gamma": 404,
    "/compare?dataset=tiny&system=alpha&system=beta&alpha=2": 400,
    "/compare?dataset=tiny&system=alpha&system=beta&alpha=nan": 400,
    "/compare?dataset=tiny&system=alpha&system=beta&test=guess": 400,
    "/compare?dataset=tiny&system=alpha&system=beta&test=t&correction=max-t": 400,
    "/ledger?kind=invented": 400,
    "/ledger?after=x": 400,
    "/submissions": 401,
    "/submissions/x": 401,
    "/account": 401,
    "/admin/report": 401,
}


@pytest.mark.parametrize(("path", "status"), BAD.items(), ids=lambda value: str(value)[:60])
def test_a_bad_request_is_a_problem(board: Stage, path: str, status: int) -> None:
    answer = board.client.get(f"/api/v1{path}")
    assert answer.status_code == status, answer.text
    assert is_problem(answer)


def test_all_that_is_wrong_is_told_at_once(board: Stage) -> None:
    answer = board.client.get("/api/v1/board?page=x&per_page=0&datset=tiny&as_of=now")
    told = {found["where"]: found["message"] for found in answer.json()["findings"]}
    assert set(told) == {"page", "per_page", "datset", "as_of"}
    assert "Did you mean 'dataset'?" in told["datset"]


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda each: each.name)
@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "POST", "GET", "TRACE"])
def test_a_method_that_is_not_served_is_a_problem(board: Stage, operation: Operation, method: str) -> None:
    taken = {each.method for each in OPERATIONS if each.path == operation.path}
    if method in taken:
        return
    answer = board.client.request(method, f"/api/v1{operation.path}")
    assert (answer.status_code, is_problem(answer)) == (405, True)
    assert set(answer.headers["allow"].split(", ")) - {"HEAD"} == taken


def test_a_line_break_in_an_address_is_a_problem_like_others(board: Stage) -> None:
    answer = board.client.get("/api/v1/runs/0/%0A/card")
    assert answer.status_code in {400, 404}
    assert is_problem(answer)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    operation=st.sampled_from([each for each in OPERATIONS if each.name not in {"register", "submit"}]),
    parts=st.lists(st.text(min_size=1, max_size=20), min_size=2, max_size=2),
    query=st.lists(
        st.tuples(
            st.one_of(
                st.sampled_from(["page", "per_page", "dataset", "system", "measure", "as_of", "after"]),
                st.text(max_size=8),
            ),
            st.one_of(
                st.text(max_size=12), st.sampled_from(["tiny", "alpha", "1", "AP", "2026-01-01", "true"])
            ),
        ),
        max_size=4,
    ),
)
def test_no_address_makes_the_server_fail(
    board: Stage, operation: Operation, parts: list[str], query: list[tuple[str, str]]
) -> None:
    from urllib.parse import quote, urlencode

    path = operation.path
    for name, text in zip(("dataset", "system"), parts, strict=True):
        path = path.replace(f"{{{name}}}", quote(text.encode("utf-8", "replace"), safe=""))
    path = path.replace("{submission}", quote(parts[0].encode("utf-8", "replace"), safe=""))
    asked = urlencode([(k.encode("utf-8", "replace"), v.encode("utf-8", "replace")) for k, v in query])
    answer = board.client.get(f"/api/v1{path}?{asked}", headers=bearer(board.root))
    assert answer.status_code in {200, 400, 404}, answer.text
    assert answer.status_code == 200 or is_problem(answer)


@pytest.mark.parametrize("path", ["/datasets/..%2f..%2fetc", "/runs/demo/..%5cx/card", "/board?dataset=tiny"])
def test_a_guard_before_the_routes_is_explained(board: Stage, path: str) -> None:
    """Streamlit turns paths with dots down before any route, in plain text."""
    guard = pytest.importorskip("streamlit.web.server.starlette.starlette_path_security_middleware")
    layers = [Middleware(Explained), Middleware(guard.PathSecurityMiddleware)]
    with TestClient(Starlette(routes=[mount(board.site)], middleware=layers)) as client:
        answer = client.get(f"/api/v1{path}")
        elsewhere = client.get("/x/..%2f..%2fetc")
    assert (elsewhere.status_code, elsewhere.text) == (400, "Bad Request"), "the pages' own business"
    if "?" in path:
        assert answer.status_code == 200
        return
    assert answer.status_code == 400
    assert is_problem(answer)
    assert "no name" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        (
            "/compare?dataset=tiny&systems=alpha&systems=beta",
            "/compare?dataset=tiny&system=alpha&system=beta",
        ),
        ("/board?datasets=tiny&measures=AP", "/board?dataset=tiny&measure=AP"),
    ],
)
def test_names_of_the_pages_addresses_are_known(board: Stage, theirs: str, ours: str) -> None:
    one, other = (board.client.get(f"/api/v1{path}") for path in (theirs, ours))
    assert one.status_code == 200, one.text
    assert one.json() == other.json()
    assert one.json() != board.client.get("/api/v1/board").json()
