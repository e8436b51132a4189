"""What a visitor gets at an address that is no page; Streamlit's own files are served beside."""

from __future__ import annotations

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient
from streamlit.web.server.starlette.starlette_static_routes import create_streamlit_static_assets_routes

from leaderboard_app.routes import middleware, routes
from leaderboard_app.shell import read_shell


@pytest.fixture
def client(full: str) -> TestClient:
    """The pages before Streamlit's files, which answer every unknown path with a page of their own."""
    everything = [*routes(), *create_streamlit_static_assets_routes(None)]
    return TestClient(Starlette(routes=everything, middleware=middleware()))


def test_an_unknown_page_is_said_to_be_unknown(client: TestClient) -> None:
    answer = client.get("/nosuchpage")
    assert answer.status_code == 404
    assert "This leaderboard has no page /nosuchpage." in answer.text
    assert '<a href="./">To the board</a>' in answer.text
    assert "Did you mean" not in answer.text


def test_the_nearest_page_is_named(client: TestClient) -> None:
    assert 'Did you mean <a href="efficiency">Efficiency</a>?' in client.get("/eficiency/").text


def test_links_hold_at_any_depth_and_paths_are_text(client: TestClient) -> None:
    answer = client.get("/a/b/%3Cscript%3Ealert(1)")
    assert answer.status_code == 404
    assert '<base href="../../">' in answer.text
    assert "<script" not in answer.text
    assert "/a/b/&lt;script&gt;alert(1)." in answer.text


@pytest.mark.parametrize("path", ["/", "/compare", "/run", "/favicon.png"])
def test_what_there_is_passes(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 200


def test_a_page_is_told_where_the_server_is_before_it_loads() -> None:
    head = read_shell().head
    assert head.index("BACKEND_BASE_URL") < head.index("<title>")
