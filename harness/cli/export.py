"""``harness export``: the board as plain files that need no server."""

from __future__ import annotations

import argparse

from harness.cli.output import add_format, clear_progress, counter, print_json, say


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("site", metavar="DIR", help="folder to write; an earlier export there is replaced")
    parser.add_argument("--store", metavar="URL", help="the store (default: $HARNESS_STORE or .harness)")
    parser.add_argument("--runs", metavar="DIR", help="the record, whose ledger becomes the history page")
    add_format(parser)
    parser.set_defaults(execute=execute)


def execute(options: argparse.Namespace) -> int:
    """Write the site and say where it is."""
    from harness.static_site.site import export

    done = export(options.site, store=options.store, runs=options.runs, progress=counter())
    clear_progress()
    if options.format == "json":
        print_json({"site": str(done.site), "pages": done.pages, "bytes": done.size, "digest": done.digest})
        return 0
    say(f"wrote {done.pages} pages, {done.size / 1e6:.1f} MB; open {done.site / 'index.html'}")
    print(done.digest)
    return 0
