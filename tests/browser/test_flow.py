"""One visit from end to end: browse, filter, share, compare, open a query, submit a run, see it appear."""

from __future__ import annotations

import re

import pytest
import yaml
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Live
from tests.browser.test_board import drawn, rows_of
from tests.conftest import ROOT

pytestmark = pytest.mark.browser


def test_from_browsing_to_a_row_of_ones_own(browser: Browser, live: Live) -> None:
    context = browser.new_context(viewport={"width": 1400, "height": 1000}, base_url=live.address)
    context.set_default_timeout(20_000)
    page = context.new_page()
    page.goto("/")
    drawn(page)
    assert [row[1] for row in rows_of(page)] == ["bm25", "overlap"]
    shared = filtered_view(page)
    other = context.new_page()
    other.goto(shared)
    drawn(other)
    assert [row[1] for row in rows_of(other)] == ["overlap"]
    other.close()
    compare_and_open_a_query(page)
    submit(page, live.token)
    page.goto("/")
    drawn(page)
    assert [row[1] for row in rows_of(page)] == ["tf-idf of mine", "bm25", "overlap"]
    page.goto("/history")
    drawn(page)
    assert any("tf-idf of mine on demo was published" in cell for row in rows_of(page) for cell in row)
    context.close()


def settled(page: Page) -> None:
    """Wait until the page's script has come to its end after an interaction."""
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")


def filtered_view(page: Page) -> str:
    """Search, and take the address that the page offers to share."""
    page.get_by_role("searchbox", name="Search").fill("different query terms")
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 of 2 systems")).to_be_visible()
    settled(page)
    page.get_by_text("Link to this view").click()
    link = page.locator("[data-testid=stCode]", has_text="find=").first
    expect(link).to_be_visible()
    return link.inner_text().strip()


def compare_and_open_a_query(page: Page) -> None:
    """The board's link to the compare page, then both rankings of a query, with grades."""
    page.goto("/")
    drawn(page)
    page.get_by_role("link", name="Compare the first 2").click()
    expect(page.get_by_role("heading", name="Compare systems")).to_be_visible()
    drawn(page)
    pairs = rows_of(page, table=1)
    assert pairs[0][:2] == ["overlap", "worse"]
    chooser = page.get_by_role("combobox", name="Query")
    chooser.focus()
    page.keyboard.type("q44")
    page.keyboard.press("Enter")
    page.wait_for_url("**query=q44*")
    settled(page)
    expect(page.get_by_text(re.compile("not relevant|✓ grade")).first).to_be_visible()
    expect(page.get_by_text(re.compile(r"rank \d+ in the other|not in the other")).first).to_be_visible()


def submit(page: Page, token: str) -> None:
    """A run with its card; refused without a token, published with it."""
    card = yaml.safe_load((ROOT / "runs/demo/tfidf/card.yaml").read_text())
    card = {key: card[key] for key in ("dataset", "family", "description", "pipeline", "input_fields")}
    card |= {"system": "tf-idf of mine", "contact": "me@example.org", "code_licence": "MIT"}
    card |= {"first_stage": "tf-idf", "training_data": {"demo": "none"}}
    card["training_evidence"] = {"demo": "It has no parameters to train."}
    page.goto("/submit")
    drawn(page)
    page.locator("input[type=file]").set_input_files(ROOT / "runs/demo/tfidf/run.trec.gz")
    page.get_by_role("textbox", name="Card (YAML)").fill(yaml.safe_dump(card))
    page.get_by_role("button", name="Submit", exact=True).click()
    expect(page.get_by_text("A token is needed")).to_be_visible()
    page.get_by_role("textbox", name="Token").fill(token)
    page.get_by_role("button", name="Submit", exact=True).click()
    expect(page.get_by_text("Published: the run is on the board.")).to_be_visible()
