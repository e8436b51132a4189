"""The export as a reader opens it from the disk: no server, no network, a comparison by choice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

import harness
from tests.leaderboard_app.boards import BM25, OVERLAP, dataset, run
from tests.static_site.test_site import store

pytestmark = pytest.mark.browser

HOSTILE = '<img src=x onerror="document.title=1">'


@pytest.fixture
def page(browser: Browser, tmp_path: Path) -> Iterator[Page]:
    """The run page of one of three systems, from the disk; nothing may be asked of a host or go wrong."""
    url = store(
        tmp_path / "board.sqlite",
        dataset("open", "An open set"),
        run("open", "bm25", BM25),
        run("open", "overlap", OVERLAP),
        run("open", HOSTILE, OVERLAP),
    )
    site = harness.export(tmp_path / "site", store=url).site
    context = browser.new_context(viewport={"width": 390, "height": 844})
    opened = context.new_page()
    wrong: list[str] = []
    opened.on("request", lambda asked: None if asked.url.startswith("file:") else wrong.append(asked.url))
    opened.on("console", lambda told: wrong.append(told.text) if told.type == "error" else None)
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    opened.goto((site / "runs" / "open" / "overlap.html").as_uri())
    yield opened
    assert not wrong
    context.close()


def test_two_systems_are_compared_by_choice(page: Page) -> None:
    page.get_by_role("link", name="Compare with another system").click()
    verdict = page.locator("#verdict")
    expect(verdict).to_contain_text("overlap cannot be told apart from bm25. Difference of nDCG@10 −0.2500")
    expect(verdict).to_contain_text("Better on 0, equal on 1, worse on 3 of 4 queries.")
    page.get_by_role("button", name="Swap").click()
    expect(verdict).to_contain_text("bm25 cannot be told apart from overlap. Difference of nDCG@10 +0.2500")
    expect(verdict).to_contain_text("Better on 3, equal on 1, worse on 0 of 4 queries.")
    assert page.url.endswith("#system=bm25&reference=overlap")
    cells = page.locator("#queries tbody tr").first.locator("td").all_inner_texts()
    assert cells == ["q1", "what is stemming", "+0.5000", "", "1.0000", "0.5000"]
    page.get_by_label("Reference").select_option(HOSTILE)
    expect(verdict).to_contain_text(f"bm25 cannot be told apart from {HOSTILE}.")
    expect(page.locator("#queries tbody")).to_contain_text("cosine <b>similarity</b>")
    page.reload()
    expect(verdict).to_contain_text(f"bm25 cannot be told apart from {HOSTILE}.")
    assert page.locator("main img").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "a phone shows all of it"


def test_an_address_of_a_system_that_the_page_lacks_is_told(page: Page) -> None:
    page.goto(page.url.replace("runs/open/overlap.html", "compare/open.html#system=nosuch"))
    verdict = page.locator("#verdict")
    expect(verdict).to_contain_text("The address asks for nosuch, which is not on this page.")
    page.get_by_role("button", name="Swap").click()
    expect(verdict).not_to_contain_text("nosuch")
    heads = page.locator("#queries th").all_inner_texts()
    assert all(heads), "every column has a heading"


def test_a_value_leads_to_the_query_in_its_run(page: Page) -> None:
    page.get_by_role("link", name="Compare with another system").click()
    page.locator("#queries tbody a").first.click()
    expect(page.locator("tr:target")).to_contain_text(
        "pooling bias"
    )  # the tie stands first, the losses below
    expect(page.get_by_role("heading", level=1)).to_have_text("overlap on open")


def test_the_same_system_twice_is_told(page: Page) -> None:
    page.get_by_role("link", name="Compare with another system").click()
    page.get_by_label("Reference").select_option("overlap")
    expect(page.locator("#verdict")).to_have_text("Choose two different systems.")
