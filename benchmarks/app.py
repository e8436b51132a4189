"""Speed of the pages on large boards: a made-up store, a real server, a real Chromium.

Run it from the project's root::

    OMP_NUM_THREADS=1 python benchmarks/app.py [--runs 1000 10000] [--datasets 20] [--repeats 5]

For each size: CPU time of a page's script on the server, cold (the first visit after a change of the board)
and warm; when the browser shows the board's first rows, its heading and its interactive table, beside an
empty Streamlit page and one with a table of three rows, with an empty and with a filled cache of the browser;
and the memory that one more session takes.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
from streamlit.testing.v1 import AppTest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from harness.records import Evaluation
from harness.store.engine import connect
from harness.store.writing import DatasetEntry, RunEntry, replace_board

ROOT = Path(__file__).resolve().parent.parent
MEASURES = ("nDCG@10", "AP", "R@100", "R@1000", "RR@10", "P@10", "Judged@10")
QUERIES = 300
CHROMIUM = "/usr/bin/chromium"
QUIET = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking")
SIZE = {"width": 1400, "height": 900}
PAGES = ("board", "compare", "system", "run", "dataset", "efficiency", "published", "history")


def made_up_board(store: str, runs: int, datasets: int) -> None:
    """A store of ``runs`` runs, every system on every data set, with values as correlated as real ones."""
    rng = np.random.default_rng(0)
    queries = tuple(f"q{i:04}" for i in range(QUERIES))
    systems = runs // datasets
    strength = rng.normal(0, 0.03, systems)

    def entries() -> Iterator[DatasetEntry | RunEntry]:
        for d in range(datasets):
            name = f"set{d:02}"
            yield DatasetEntry(
                name=name,
                title=f"Collection {d}",
                headline=MEASURES[0],
                judgments="sha256:" + "ab" * 32,
                queries=queries,
                texts=[f"what is the meaning of {q}" for q in queries],
                spec={"title": f"Collection {d}", "measures": list(MEASURES)},
            )
            hard = rng.beta(1, 1, (len(MEASURES), QUERIES))
            for s in range(systems):
                own = rng.beta(2, 2, (len(MEASURES), QUERIES))
                yield made_up_run(name, s, np.clip(0.7 * hard + 0.3 * own + strength[s], 0, 1), queries)

    replace_board(connect(store, create=True), entries())


def made_up_run(dataset: str, number: int, values: np.ndarray, queries: tuple[str, ...]) -> RunEntry:
    system, family = f"system-{number:04}", ("lexical", "dense", "learned-sparse", "fusion")[number % 4]
    return RunEntry(
        dataset=dataset,
        system=system,
        family=family,
        description=f"A made-up system of the family {family}, number {number}.",
        created="2026-01-31T12:00:00Z",
        sha256=f"{number:064x}",
        path=f"{dataset}/{system}/run.trec.gz",
        depth=1000,
        rows=QUERIES * 1000,
        tied_share=0.01,
        evaluation=Evaluation(
            measures=MEASURES,
            queries=queries,
            values=values,
            answered=np.ones(QUERIES, dtype=np.bool_),
            engine="harness",
            engine_version="0",
            flags={"score_precision": "double"},
        ),
        issues=(),
        card={
            "system": system,
            "dataset": dataset,
            "pipeline": [{"stage": "retrieve", "name": "bm25", "parameters": {"k1": 0.9, "b": 0.4}}],
            "hardware": {"machine_class": f"class {number % 3}"},
            "timings": {"queries_per_second": 10.0 + number},
            "index": {"index_bytes": 1_000_000 + number},
        },
    )


def script_times(repeats: int) -> None:
    """Server time of each page's script: cold, warm, and the board after a change of measure."""
    for page in PAGES:
        app = AppTest.from_file(str(ROOT / "leaderboard_app" / "main.py"), default_timeout=300)
        if page != "board":
            app.run()
            app.switch_page(f"views/{page}.py")
        cold = timed(app.run)
        warm = statistics.median(timed(app.run) for _ in range(repeats))
        print(f"  script of {page:<11} cold {cold:6.2f} s   warm {warm:6.3f} s", flush=True)
        if page == "board":
            interactions(app)


def interactions(app: AppTest) -> None:
    """What a visitor does on the board, each a rerun of the page's script."""
    new = timed(lambda: app.selectbox(key="measure").select("AP").run())
    known = timed(lambda: app.selectbox(key="measure").select(MEASURES[0]).run())
    search = timed(lambda: app.text_input(key="find").input("fusion").run())
    print(f"    another measure: new {new:.3f} s, seen before {known:.3f} s; search {search:.3f} s")


def timed(action: Callable[[], object]) -> float:
    """CPU seconds of this process, all threads: what a script costs whatever else the machine does."""
    start = time.process_time()
    action()
    return time.process_time() - start


@contextlib.contextmanager
def server(command: list[str], port: int, store: str) -> Iterator[int]:
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=os.environ | {"HARNESS_STORE": store},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        for _ in range(300):
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=2).close()
                break
            time.sleep(0.2)
        yield process.pid
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=30)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def streamlit(page: Path, port: int) -> list[str]:
    options = [
        "--server.address",
        "127.0.0.1",
        "--server.headless",
        "true",
        "--server.fileWatcherType",
        "none",
    ]
    options += ["--browser.gatherUsageStats", "false", "--server.port", str(port)]
    return [sys.executable, "-m", "streamlit", "run", str(page), *options]


def serve(store: str, port: int) -> list[str]:
    return [sys.executable, "-m", "harness", "serve", "--store", store, "--port", str(port)]


def resident(pid: int) -> float:
    """Megabytes of a process that lie in memory."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


# Marks by the page's own clock, from the start of the navigation: the first paint of anything, the first rows
# (plain HTML), the heading and the table of Streamlit's page.
MARKS = """(() => {
  const marks = window.marks = {};
  const found = {rows: "#first-paint tbody tr", heading: "#root h1",
    table: "#root [data-testid=stDataFrame] canvas"};
  new MutationObserver(() => {
    for (const [name, where] of Object.entries(found))
      if (!(name in marks) && document.querySelector(where)) marks[name] = performance.now() / 1000;
  }).observe(document, {subtree: true, childList: true});
})();"""
PAINTED = "performance.getEntriesByName('first-contentful-paint').map((entry) => entry.startTime / 1000)[0]"


def paints(urls: dict[str, str], repeats: int, *, cached: bool) -> dict[str, dict[str, float]]:
    """Medians, by page, of seconds until each mark and the first paint, and of processor time to the last.

    The pages take turns, so that whatever else the machine does falls on all of them alike; the first two
    visits to each do not count.

    Args:
        urls: by name; of ``empty page`` no table is awaited.
        repeats: visits that count.
        cached: whether all visits share the browser's cache; else each begins with an empty one.
    """
    from playwright.sync_api import sync_playwright

    found: dict[str, list[dict[str, float]]] = {name: [] for name in urls}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        shared = browser.new_context(viewport=SIZE)
        for _ in range(repeats + 2):
            for name, url in urls.items():
                context = shared if cached else browser.new_context(viewport=SIZE)
                page = context.new_page()
                page.add_init_script(MARKS)
                metrics = context.new_cdp_session(page)
                metrics.send("Performance.enable")
                page.goto(url)
                last = "heading" if name == "empty page" else "table"
                page.wait_for_function(f"window.marks && {last!r} in window.marks", timeout=120_000)
                told = metrics.send("Performance.getMetrics")["metrics"]
                marks = page.evaluate(f"({{...window.marks, painted: {PAINTED}}})")
                marks["processor"] = next(each["value"] for each in told if each["name"] == "ProcessTime")
                found[name].append({mark: time for mark, time in marks.items() if time is not None})
                page.close()
                if not cached:
                    context.close()
        browser.close()
    return {
        name: {
            mark: statistics.median(each[mark] for each in visits[2:])
            for mark in ("painted", "rows", "heading", "table", "processor")
            if all(mark in each for each in visits)
        }
        for name, visits in found.items()
    }


def sessions(url: str, pid: int, count: int) -> float:
    """Megabytes that each of ``count`` open pages takes on the server."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        before, pages = resident(pid), []
        for _ in range(count):
            page = browser.new_page()
            page.goto(url)
            page.get_by_test_id("stDataFrame").first.wait_for()
            pages.append(page)
        after = resident(pid)
        browser.close()
    return (after - before) / count


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, nargs="+", default=[1000, 10_000])
    parser.add_argument("--datasets", type=int, default=20)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--scripts-only", action="store_true", help="no server, no browser")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for runs in options.runs:
            store = f"sqlite:///{folder / f'{runs}.sqlite'}"
            made = timed(partial(made_up_board, store, runs, options.datasets))
            print(f"{runs:,} runs on {options.datasets} data sets (store made in {made:.1f} s)", flush=True)
            os.environ["HARNESS_STORE"] = store
            script_times(options.repeats)
            if not options.scripts_only:
                in_the_browser(folder, store, options.repeats)


EMPTY = "import streamlit as st\nst.title('Empty')\n"
ONE_TABLE = f"{EMPTY}import pandas as pd\nst.dataframe(pd.DataFrame({{'a': [1, 2, 3]}}))\n"


def in_the_browser(folder: Path, store: str, repeats: int) -> None:
    """The board beside an empty page and one with a small table, each with a server of its own.

    In brackets: as multiples of the heading of the empty page, and of the processor time of its tab, which
    does not depend on other work of the machine.
    """
    pages = {"empty page": folder / "empty.py", "one small table": folder / "table.py"}
    for page, text in zip(pages.values(), (EMPTY, ONE_TABLE), strict=True):
        page.write_text(text)
    with contextlib.ExitStack() as stack:
        urls, pids = {}, {}
        for name, page in [*pages.items(), ("board", None)]:
            port = free_port()
            command = streamlit(page, port) if page else serve(store, port)
            pids[name] = stack.enter_context(server(command, port, store))
            urls[name] = f"http://127.0.0.1:{port}/"
        for cached in (False, True):
            print(f"  {'filled' if cached else 'empty'} cache of the browser", flush=True)
            found = paints(urls, repeats, cached=cached)
            units = dict.fromkeys(("painted", "rows", "heading", "table"), found["empty page"]["heading"])
            units["processor"] = found["empty page"]["processor"]
            for name, marks in found.items():
                told = ", ".join(
                    f"{mark} {time:.2f} s ({time / units[mark]:.2f})" for mark, time in marks.items()
                )
                print(f"    {name:<16} {told}", flush=True)
        print(f"  memory: {sessions(urls['board'], pids['board'], 10):.1f} MB a session", flush=True)


if __name__ == "__main__":
    main()
