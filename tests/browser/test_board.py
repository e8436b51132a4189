"""The leaderboard as a visitor sees it: a real server, a real Chromium."""

from __future__ import annotations

import re
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
    page.goto("/?benchmark=own&datasets=alpha")
    drawn(page)
    yield page
    context.close()


def drawn(page: Page) -> None:
    """Wait until the page's script has come to its end and the first paint has made way for it."""
    expect(page.get_by_text(FOOTER)).to_be_visible(timeout=20_000)
    expect(page.locator("#first-paint")).to_have_count(0)


def rows_of(page: Page, table: int = 0) -> list[list[str]]:
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
    page.goto(f"{site}/?benchmark=own&datasets=alpha")
    drawn(page)
    rows = rows_of(page)
    assert [row[1] for row in rows] == ["bm25", "<b>bold</b> *x*", "overlap"]
    assert "0.5" in rows[0]
    assert hosts == {site.removeprefix("http://")}
    assert not errors
    picture = tmp_path / "board.png"
    page.screenshot(path=picture)
    assert picture.stat().st_size > 20_000  # an empty page has less
    page.close()


def test_a_click_on_a_name_opens_the_system_in_the_same_tab(page: Page, site: str) -> None:
    assert rows_of(page)
    box = page.get_by_test_id("stDataFrame").first.bounding_box()
    assert box is not None
    x, y = box["x"] + 60, box["y"] + 52  # in the first row, left of the system's name
    # the name is drawn on a canvas; it is found as a hand would find it, by the shape of the pointer
    while x < box["x"] + 400 and _pointer(page, x, y) != "pointer":
        x += 8
        page.mouse.move(x, y)
        page.wait_for_timeout(50)
    page.mouse.click(x, y, delay=60)
    page.wait_for_url(f"{site}/system?system=bm25")
    expect(page.get_by_role("heading", name="bm25", exact=True)).to_be_visible()
    assert len(page.context.pages) == 1
    drawn(page)
    page.go_back()
    drawn(page)
    expect(page.get_by_role("heading", name="Retrieval leaderboard")).to_be_visible()
    assert "system=" not in page.url, "the board has its own address back"


def test_a_row_marked_by_keyboard_leads_to_its_system_and_its_run(page: Page, site: str) -> None:
    assert rows_of(page)
    page.locator("[data-testid=stDataFrame] canvas").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Shift+Space")
    run = page.get_by_role("link", name="Its run on alpha")
    expect(run).to_be_visible()
    link = page.get_by_role("link", name=re.compile("^Open "))
    name = link.inner_text().partition("\n")[0].removeprefix("Open ")
    assert name in [row[2] for row in rows_of(page)] or name in [row[1] for row in rows_of(page)]
    link.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"{site}/system?system=*")
    expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible()


def focused(page: Page, heading: str) -> str:
    """Move the focus into a table by keys alone, to its cell under a heading; the text of the cell."""
    assert rows_of(page)
    page.locator("[data-testid=stDataFrame] canvas").first.focus()
    page.keyboard.press("ArrowDown")
    cell = page.locator("td[role=gridcell][aria-selected=true]")
    expect(cell).to_have_count(1)
    head = page.locator("canvas th").filter(has_text=re.compile(f"^{heading}$"))
    steps = int(head.get_attribute("aria-colindex") or 0) - int(cell.get_attribute("aria-colindex") or 0)
    for _ in range(abs(steps)):
        page.keyboard.press("ArrowRight" if steps > 0 else "ArrowLeft")
    expect(cell).to_have_attribute("aria-colindex", head.get_attribute("aria-colindex") or "")
    return cell.inner_text()


def test_enter_on_a_name_opens_the_system(page: Page, site: str) -> None:
    name = focused(page, "System")
    assert name in ["bm25", "<b>bold</b> *x*", "overlap"]
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible()
    assert page.url.startswith(f"{site}/system?system=")


def test_tab_leaves_a_table(page: Page) -> None:
    assert focused(page, "System")
    page.keyboard.press("Tab")  # to what scrolls the table
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="CSV of the table")).to_be_focused()


def test_enter_on_a_link_of_a_table_opens_it(page: Page, site: str) -> None:
    page.goto("/run?find=overlap")
    drawn(page)
    assert focused(page, "Run") == "run?dataset=alpha&system=overlap"
    page.keyboard.press("Enter")
    page.wait_for_url(f"{site}/run?dataset=alpha&system=overlap")


def test_no_page_fills_the_console_with_errors(page: Page) -> None:
    errors: list[str] = []
    page.on("console", lambda told: errors.append(told.text) if told.type == "error" else None)
    for address in ("/system?system=bm25", "/compare", "/history"):
        page.goto(address)
        drawn(page)
    assert not errors


def test_headings_go_down_one_level_at_a_time(page: Page) -> None:
    for address in ("/system?system=bm25", "/run?dataset=alpha&system=bm25", "/dataset?dataset=alpha"):
        page.goto(address)
        drawn(page)
        headings = page.locator("#root :is(h1, h2, h3)")
        levels = headings.evaluate_all("(all) => all.map((each) => each.tagName)")
        assert levels[0] == "H1"
        assert set(levels[1:]) == {"H2"}


def test_an_unknown_page_leads_to_the_board(page: Page) -> None:
    answer = page.goto("/nosuchpage")
    assert answer is not None
    assert answer.status == 404
    expect(page.get_by_role("heading", name="No such page")).to_be_visible()
    page.get_by_role("link", name="To the board").click()
    drawn(page)
    expect(page.get_by_role("heading", name="Retrieval leaderboard")).to_be_visible()


def test_the_first_rows_stand_in_the_first_answer_and_work_without_scripts(
    browser: Browser, site: str
) -> None:
    context = browser.new_context(java_script_enabled=False, base_url=site)
    page = context.new_page()
    page.goto("/?benchmark=own&datasets=alpha")
    cells = page.locator("#first-paint tbody tr td:nth-child(2)").all_inner_texts()
    assert cells == ["bm25", "<b>bold</b> *x*", "overlap"]
    expect(page.get_by_role("heading", name="Retrieval leaderboard")).to_be_visible()
    expect(page.get_by_role("link", name="Compare")).to_be_visible()
    context.close()


def test_the_first_paint_makes_way_for_an_empty_selection(browser: Browser, site: str) -> None:
    context = browser.new_context(base_url=site)
    page = context.new_page()
    page.goto("/?benchmark=own&datasets=alpha&find=nothing-has-this")
    drawn(page)
    expect(page.get_by_text("No system passes the filters.")).to_be_visible()
    page.get_by_role("searchbox", name="Search").fill("shared terms")  # nothing lies over the page any more
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 of 3 systems").first).to_be_visible()
    context.close()


def _pointer(page: Page, x: float, y: float) -> str:
    script = "([x, y]) => getComputedStyle(document.elementFromPoint(x, y)).cursor"
    return str(page.evaluate(script, [x, y]))


def test_the_permalink_shows_the_run_and_hands_out_its_files(page: Page, tmp_path: Path) -> None:
    page.goto("/run?dataset=alpha&system=bm25")
    drawn(page)
    expect(page.get_by_role("heading", name="bm25", exact=True)).to_be_visible()
    queries = rows_of(page, table=1)
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
    drawn(page)
    expect(page.get_by_text("1 of 3 systems").first).to_be_visible()
    assert [row[1] for row in rows_of(page)] == ["overlap"]


def test_a_system_can_be_opened_by_keyboard_alone(page: Page, site: str) -> None:
    chooser = page.get_by_role("combobox", name="Open a system")
    chooser.focus()
    page.keyboard.type("overlap")
    page.keyboard.press("Enter")
    link = page.get_by_role("link", name="Open overlap")
    link.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"{site}/system?system=overlap")
    expect(page.get_by_role("heading", name="overlap", exact=True)).to_be_visible()


def test_one_press_of_back_is_one_page_back(page: Page, site: str) -> None:
    page.get_by_role("link", name="About this data set").click()
    expect(page.get_by_role("heading", name="Alpha collection")).to_be_visible()
    page.get_by_role("link", name="Compare", exact=True).click()
    expect(page.get_by_role("heading", name="Compare systems")).to_be_visible()
    drawn(page)
    page.go_back()
    expect(page.get_by_role("heading", name="Alpha collection")).to_be_visible()
    assert page.url == f"{site}/dataset?dataset=alpha"
    page.go_back()
    drawn(page)
    expect(page.get_by_role("heading", name="Retrieval leaderboard")).to_be_visible()
    assert page.url == f"{site}/?benchmark=own"  # the first data set is the default


def test_a_link_to_the_board_opens_it_in_a_new_tab_too(page: Page, site: str) -> None:
    page.goto("/dataset?dataset=beta")
    drawn(page)
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Systems on this data set").click(modifiers=["ControlOrMeta"])
    tab = opened.value
    drawn(tab)
    assert tab.url == f"{site}/?benchmark=own&datasets=beta"
    expect(tab.get_by_role("heading", name="Retrieval leaderboard")).to_be_visible()


def test_markup_in_names_is_text(page: Page) -> None:
    page.goto("/run?dataset=alpha&system=%3Cb%3Ebold%3C%2Fb%3E%20*x*")
    drawn(page)
    assert page.get_by_role("heading", level=1).inner_text().strip() == "<b>bold</b> *x*"


def test_an_unknown_run_leads_back_to_the_board(page: Page) -> None:
    page.goto("/run?dataset=alpha&system=nope")
    expect(page.get_by_text("The board holds no run of 'nope' on 'alpha'")).to_be_visible()
    page.get_by_role("link", name="Back to the board").click()
    expect(page.get_by_role("heading", name="Retrieval leaderboard")).to_be_visible()


@pytest.mark.parametrize(
    "address",
    [
        "/?benchmark=own&datasets=alpha",
        "/run?dataset=alpha&system=bm25",
        "/dataset?dataset=alpha",
        "/compare?dataset=alpha&systems=bm25&systems=overlap",
        "/system?system=bm25",
        "/history",
    ],
)
def test_nothing_is_cut_off_on_a_phone(browser: Browser, site: str, address: str) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.goto(site + address)
    drawn(page)
    wider = page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth > innerWidth")
    assert not wider
    page.close()
