"""Take pictures of the pages of a running leaderboard.

::

    harness serve &
    python docs/screenshot.py http://localhost:8501 docs/images/board.png
    python docs/screenshot.py "http://localhost:8501/compare?dataset=demo" compare.png --height 1500
"""

from __future__ import annotations

import argparse
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

CHROMIUM = "/usr/bin/chromium"
QUIET = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking")


def main() -> None:
    """Read the arguments, wait until the page is drawn, write the picture."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("url")
    parser.add_argument("picture", type=Path)
    parser.add_argument("--width", type=int, default=1400, help="390 is that of a phone")
    parser.add_argument("--height", type=int, default=900)
    parser.add_argument("--scheme", choices=("light", "dark"), default="light")
    parser.add_argument("--whole", action="store_true", help="the whole page, not what fits the window")
    options = parser.parse_args()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        height = 4000 if options.whole else options.height
        size = {"width": options.width, "height": height}
        page = browser.new_page(viewport=size, color_scheme=options.scheme)
        page.goto(options.url)
        await_drawn(page)
        page.screenshot(path=options.picture)
        browser.close()


def await_drawn(page: Page) -> None:
    """Wait for the foot of the page, for its tables and plots, and for the canvases to be painted."""
    page.get_by_text("how to check this board").wait_for()
    page.wait_for_load_state("networkidle")
    page.get_by_test_id("stSkeleton").first.wait_for(state="detached")
    page.wait_for_timeout(1500)


if __name__ == "__main__":
    main()
