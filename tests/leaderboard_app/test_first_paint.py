"""The page's first answer: rows that can be read before any script has run."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from harness.store.engine import connect
from harness.store.writing import replace_board
from leaderboard_app.first_paint import first_paint
from leaderboard_app.routes import middleware, routes
from leaderboard_app.shell import modules_of, read_shell, static_folder
from tests.leaderboard_app.boards import large_board


def rows(markup: str) -> list[list[str]]:
    """Texts of the cells of the table's body."""
    body = markup.partition("<tbody>")[2].partition("</tbody>")[0]
    return [
        [re.sub("<[^>]*>", "", cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", row)]
        for row in body.split("</tr>")[:-1]
    ]


def test_has_the_rows_of_the_page_with_scores_and_links(full: str) -> None:
    markup = first_paint([("benchmark", "own"), ("datasets", "alpha")])
    found = rows(markup)
    assert [row[1] for row in found] == ["bm25", "&lt;b&gt;bold&lt;/b&gt; *x*", "overlap"]
    assert [row[2] for row in found] == ["0.5000", "0.2500", "0.2500"]  # worked out in boards.py
    assert [row[7] for row in found] == ["3 of 4"] * 3
    assert 'href="./system?system=bm25"' in markup
    assert "<b>bold" not in markup


def test_a_mean_names_its_data_sets(full: str) -> None:
    markup = first_paint([("benchmark", "own"), ("datasets", "alpha"), ("datasets", "beta")])
    assert "mean of nDCG@10 over 2 data sets" in markup
    found = rows(markup)
    assert found[0][2] == "0.3750"
    assert [row[5] for row in found] == ["2 of 2", "1 of 2", "1 of 2"]
    assert found[1][2] == ""  # no mean over fewer sets


def test_takes_the_names_of_the_api(full: str) -> None:
    markup = first_paint([("dataset", "beta")])
    assert [row[1] for row in rows(markup)] == ["bm25"]
    assert "1 system · ordered by nDCG@10" in markup


@pytest.mark.parametrize("items", [[("as_of", "yesterday")], [("as_of", "2026-13-01")]])
def test_leaves_what_is_no_table_to_the_page(full: str, items: list[tuple[str, str]]) -> None:
    assert first_paint(items) == ""


def test_leaves_an_empty_and_a_missing_store_to_the_page(store: str) -> None:
    assert first_paint([]) == ""
    replace_board(connect(store, create=True), [])
    assert first_paint([]) == ""


def test_has_no_more_rows_than_a_screen(store: str) -> None:
    large_board(store, systems=40, datasets=6)
    markup = first_paint([])
    assert len(rows(markup)) == 25
    assert "40 systems" in markup


def test_a_browser_without_scripts_reads_the_board(full: str) -> None:
    client = TestClient(Starlette(routes=routes(), middleware=middleware()))
    answer = client.get("/?benchmark=own&datasets=beta")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-cache"
    assert "<title>Retrieval leaderboard</title>" in answer.text
    assert [row[1] for row in rows(answer.text)] == ["bm25"]
    assert answer.text.index('id="first-paint"') < answer.text.index('<div id="root">')
    other = client.get("/compare")
    assert "first-paint" not in other.text
    assert '<div id="root">' in other.text
    entry = re.compile(r'<script type="module" crossorigin src="\./static/js/index')
    kept = answer.text.partition('<template id="modules">')[2].partition("</template>")[0]
    assert entry.search(kept)  # loaded by the first paint's script
    assert entry.search(other.text)
    assert "<template" not in client.get("/?as_of=never").text  # no rows, so nothing to wait for


def test_the_page_names_the_modules_of_a_table() -> None:
    tags = read_shell().modules
    assert re.search(r'rel="modulepreload" crossorigin href="\./static/js/DataFrame\.[^"]+\.js"', tags)
    assert tags.count('<script type="module"') == 1
    named = re.findall(r'rel="modulepreload"[^>]*href="\./(static/js/[^"]+)"', tags)
    assert len(named) == len(set(named)) > 60
    assert all((static_folder() / name).is_file() for name in named)


def test_an_entry_that_is_written_otherwise_has_no_preloads(tmp_path: Path) -> None:
    (tmp_path / "static" / "js").mkdir(parents=True)
    (tmp_path / "index.html").write_text('<script src="./static/js/main.js"></script>')
    (tmp_path / "static" / "js" / "main.js").write_text("nothing known")
    assert modules_of(tmp_path, ("DataFrame",)) == []


def test_modules_are_sent_compressed_to_those_who_take_it() -> None:
    client = TestClient(Starlette(routes=routes(), middleware=middleware()))
    name = modules_of(static_folder(), ("DataFrame",))[0]
    path = static_folder() / "static" / "js" / name
    with client.stream("GET", f"/static/js/{name}", headers={"Accept-Encoding": "gzip"}) as answer:
        assert answer.headers["content-encoding"] == "gzip"
        assert "immutable" in answer.headers["cache-control"]
        sent = b"".join(answer.iter_raw())
    assert gzip.decompress(sent) == path.read_bytes()
    plain = client.get(f"/static/js/{name}", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers  # left to Streamlit's own route
    assert client.get("/static/js/..%2Findex.html").status_code == 404
