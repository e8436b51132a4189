"""Writing the site: into a new folder beside the old one, which it then replaces."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

from harness.errors import CommandError
from harness.static_site.board_pages import board_pages
from harness.static_site.compare_pages import compare_pages
from harness.static_site.contents import Contents, read_contents
from harness.static_site.data_files import board_json, scores_csv, write_sqlite
from harness.static_site.other_pages import other_pages
from harness.static_site.run_pages import run_pages
from harness.static_site.system_pages import system_pages

MARK = "board.sqlite"
"""A folder that has this file beside ``index.html`` is taken for an earlier export."""
STATIC = ("site.css", "site.js", "compare.js")


class Exported(NamedTuple):
    """What an export left: the folder, its pages and bytes, and the digest of the board."""

    site: Path
    pages: int
    size: int
    digest: str


def export(
    site: str | Path,
    *,
    store: str | None = None,
    runs: str | Path | None = None,
    progress: Callable[[str, int], None] = lambda _what, _count: None,
) -> Exported:
    """Write the whole board as plain files: pages that open from the disk, JSON, CSV and one SQLite file.

    The same board gives the same bytes. Data sets with hidden judgments show what their policy lets be shown.

    Args:
        site: the folder; a new one, an empty one, or an earlier export, which is replaced as a whole.
        store: the store's URL; by default ``$HARNESS_STORE`` or ``.harness/board.sqlite``.
        runs: the record, whose ledger becomes the history; None leaves the history out.
        progress: called with what is counted and how many are done.

    Raises:
        CommandError: ``site`` holds something that is no export.
        StoreError: there is no store, or the record's ledger was changed.
    """
    target = Path(site)
    if target.exists() and not _replaceable(target):
        raise CommandError(f"{target} holds other things than an earlier export; choose another folder.")
    contents = read_contents(store, runs)
    target.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=f".{target.name}.", suffix=".tmp", dir=target.parent))
    try:
        pages = _write(contents, work, progress)
        work.chmod(0o755)
        if target.exists():
            old = work.with_suffix(".old")
            target.rename(old)
            work.rename(target)
            shutil.rmtree(old)
        else:
            work.rename(target)
    except BaseException:
        shutil.rmtree(work, ignore_errors=True)
        raise
    finally:
        contents.engine.dispose()
    size = sum(path.stat().st_size for path in target.rglob("*") if path.is_file())
    return Exported(target, pages, size, contents.board.digest)


def _replaceable(folder: Path) -> bool:
    if not folder.is_dir():
        return False
    return not any(folder.iterdir()) or ((folder / "index.html").is_file() and (folder / MARK).is_file())


def _write(contents: Contents, folder: Path, progress: Callable[[str, int], None]) -> int:
    count = 0
    makers = (board_pages, compare_pages, run_pages, system_pages, other_pages)
    for pages in (make(contents) for make in makers):
        for name, text in pages:
            _put(folder / name, text)
            count += name.endswith(".html")
            progress("pages written", count)
    _put(folder / "data" / "board.json", board_json(contents))
    _put(folder / "data" / "scores.csv", scores_csv(contents))
    for name in STATIC:
        _put(
            folder / "static" / name,
            (files("harness.static_site") / "static" / name).read_text(encoding="utf-8"),
        )
    write_sqlite(contents, folder / MARK)
    return count


def _put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")
