"""The leaderboard as a visitor sees it: a real server, a real Chromium."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.leaderboard_app.boards import RUN_TEXT

pytestmark = pytest.mark.browser

FOOTER = "how to check this board"


@pytest.fixture
def page(browser: Browser, site: str) -> Iterator[Page]:
    """The board, drawn."""
    context = browser.new_context(viewport={"width": 1400, "height": 900}, base_url=site)
    context.set_default_timeout(20_000)
    page = context.new_page()
    page.goto("/")
    _drawn(page)
    yield page
    context.close()


def _drawn(page: Page) -> None:
    expect(page.get_by_text(FOOTER)).to_be_visible(timeout=20_000)


def _rows(page: Page, table: int = 0) -> list[list[str]]:
    """Cells of a table: it is drawn on a canvas, with a table for screen readers inside."""
    frame = page.get_by_test_id("stDataFrame").nth(table)
    body = frame.locator("canvas tbody tr")
    expect(body.first).to_be_attached()
    return [row.locator("td").all_text_contents() for row in body.all()]


def test_the_board_is_there_and_asks_nobody_else_for_anything(
    browser: Browser, site: str, tmp_path: Path
) -> None:
    page = browser.new_page(viewport={"width": 1400, "height": 900})
    hosts: set[str] = set()
    errors: list[str] = []
    page.on("request", lambda request: hosts.add(request.url.split("/")[2]) if "//" in request.url else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(site)
    _drawn(page)
    rows = _rows(page)
    assert [row[0] for row in rows] == ["bm25", "<b>bold</b> *x*", "overlap"]
    assert "0.5" in rows[0]
    assert hosts == {site.removeprefix("http://")}
    assert not errors
    picture = tmp_path / "board.png"
    page.screenshot(path=picture)
    assert picture.stat().st_size > 20_000  # an empty page has less
    page.close()


def test_the_link_in_the_table_opens_the_run(page: Page, site: str) -> None:
    assert _rows(page)
    box = page.get_by_test_id("stDataFrame").first.bounding_box()
    assert box is not None
    x, y = box["x"] + 60, box["y"] + 52  # in the first row, on the system's name
    # "open" stands somewhere to the right; it is found as a hand would find it, by the shape of the pointer
    while x < box["x"] + 400 and _pointer(page, x, y) != "pointer":
        x += 8
        page.mouse.move(x, y)
        page.wait_for_timeout(50)
    with page.context.expect_page() as opened:
        page.mouse.click(x, y, delay=60)
    run = opened.value
    _drawn(run)
    assert run.url == f"{site}/run?dataset=alpha&system=bm25"
    expect(run.get_by_role("heading", name="bm25", exact=True)).to_be_visible()


def _pointer(page: Page, x: float, y: float) -> str:
    script = "([x, y]) => getComputedStyle(document.elementFromPoint(x, y)).cursor"
    return str(page.evaluate(script, [x, y]))


def test_the_permalink_shows_the_run_and_hands_out_its_files(page: Page, tmp_path: Path) -> None:
    page.goto("/run?dataset=alpha&system=bm25")
    _drawn(page)
    expect(page.get_by_role("heading", name="bm25", exact=True)).to_be_visible()
    queries = _rows(page, table=1)
    assert [row[0] for row in queries] == ["q4", "q2", "q3", "q1"]
    assert queries[1][1] == "cosine <b>similarity</b>"
    with page.expect_download() as download:
        page.get_by_role("button", name="Run file").click()
    assert download.value.suggested_filename == "alpha.bm25.trec.gz"
    assert Path(download.value.path()).read_bytes() == RUN_TEXT
    with page.expect_download() as card:
        page.get_by_role("button", name="Card").click()
    assert "system: bm25" in Path(card.value.path()).read_text()


def test_a_choice_stands_in_the_address_and_survives_a_reload(page: Page) -> None:
    page.get_by_role("combobox", name="Measure").click()
    page.get_by_role("option", name="AP", exact=True).click()
    page.get_by_role("searchbox", name="Search").fill("shared terms")
    page.keyboard.press("Enter")
    page.wait_for_url("**/?*find=shared*")
    assert "measure=AP" in page.url
    expect(page.get_by_text("1 of 3 systems").first).to_be_visible()
    page.reload()
    _drawn(page)
    expect(page.get_by_text("1 of 3 systems").first).to_be_visible()
    assert [row[0] for row in _rows(page)] == ["overlap"]


def test_a_run_can_be_opened_by_keyboard_alone(page: Page, site: str) -> None:
    chooser = page.get_by_role("combobox", name="Open a run")
    chooser.focus()
    page.keyboard.type("overlap on")
    page.keyboard.press("Enter")
    link = page.get_by_role("link", name="Open overlap on alpha")
    link.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"{site}/run?dataset=alpha&system=overlap")
    expect(page.get_by_role("heading", name="overlap", exact=True)).to_be_visible()


def test_markup_in_names_is_text(page: Page) -> None:
    page.goto("/run?dataset=alpha&system=%3Cb%3Ebold%3C%2Fb%3E%20*x*")
    _drawn(page)
    assert page.get_by_role("heading", level=1).inner_text().strip() == "<b>bold</b> *x*"


def test_an_unknown_run_leads_back_to_the_board(page: Page) -> None:
    page.goto("/run?dataset=alpha&system=nope")
    expect(page.get_by_text("The board holds no run of 'nope' on 'alpha'")).to_be_visible()
    page.get_by_role("link", name="Back to the board").click()
    expect(page.get_by_role("heading", name="Retrieval leaderboard")).to_be_visible()


@pytest.mark.parametrize("address", ["/", "/run?dataset=alpha&system=bm25", "/dataset?dataset=alpha"])
def test_nothing_is_cut_off_at_800_pixels(browser: Browser, site: str, address: str) -> None:
    page = browser.new_page(viewport={"width": 800, "height": 900})
    page.goto(site + address)
    _drawn(page)
    wider = page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth > innerWidth")
    assert not wider
    page.close()
