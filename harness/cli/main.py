"""The command line: parse, call one public function, print, and turn errors into exit codes."""

from __future__ import annotations

import argparse
import importlib
import io
import os
import sys
from typing import NamedTuple

from harness.cli.home import with_home
from harness.errors import HarnessError


class Verb(NamedTuple):
    """A verb of the command line and the public function of ``harness`` that does its work."""

    name: str
    summary: str
    example: str
    function: str

    @property
    def module(self) -> str:
        """The module that adds the verb's arguments and calls its function."""
        return f"harness.cli.{self.name}"


VERBS = (
    Verb("run", "run a baseline on a data set: run file, card, means",
         "harness run baselines/bm25.yaml --dataset demo --out out/bm25", "run"),
    Verb("evaluate", "score a run file against judgments, exactly as trec_eval does",
         "harness evaluate run.trec.gz --qrels qrels.txt -m nDCG@10 -m 'AP(rel=2)'", "evaluate"),
    Verb("compare", "tell which of several runs really differ, by how much and on which queries",
         "harness compare runs/demo/bm25 runs/demo/overlap --dataset demo --queries 3", "compare"),
    Verb("validate", "find everything that is wrong with a run file, with line numbers",
         "harness validate run.trec.gz --dataset demo", "validate"),
    Verb("card", "show run cards, say what differs between two, exchange them as ir_metadata",
         "harness card diff runs/demo/bm25 again/demo/bm25", "diff_cards"),
    Verb("datasets", "list, show and audit the data sets of the catalogue",
         "harness datasets audit demo", "audit"),
    Verb("list", "list retrievers, measures, sources or checks, and what each needs",
         "harness list retrievers", "entries"),
    Verb("reproduce", "run declared systems again and say whether they give the scores they promise",
         "harness reproduce baselines/bm25.yaml --dataset demo", "reproduce"),
    Verb("fit", "choose parameters on a development split; never on the judgments that are scored",
         "harness fit baselines/mine.yaml --dataset ./collection --split dev", "fit"),
    Verb("submit", "hand in a run: checked, scored and published, here or on a server",
         "harness submit run.trec.gz --dataset demo --card card.yaml --dry-run", "submit"),
    Verb("ledger", "list, check and add the decisions behind the board",
         "harness ledger verify --runs runs", "verify_ledger"),
    Verb("rebuild", "make the store from the record alone and print the board's digest",
         "harness rebuild --runs runs --store sqlite:///board.sqlite", "rebuild"),
    Verb("rescore", "score the record again, say what changed on the board and why",
         "harness rescore --runs runs --store sqlite:///board.sqlite --dry-run", "rescore"),
    Verb("board", "print the leaderboard",
         "harness board --dataset demo -m nDCG@10 --format table", "board"),
    Verb("export", "write the whole board as plain files that open without a server",
         "harness export site --store sqlite:///board.sqlite --runs runs", "export"),
    Verb("serve", "serve the leaderboard page on localhost",
         "harness serve --store sqlite:///board.sqlite --port 8501", "serve"),
    Verb("accounts", "add accounts, make and revoke tokens, set budgets",
         "harness accounts add ada --accounts sqlite:///accounts.sqlite", "add_account"),
    Verb("admin", "report what waits, what was refused, what is stored, what is whole",
         "harness admin report --runs runs --store sqlite:///board.sqlite", "admin_report"),
    Verb("backup", "write record, ledger and accounts into one file",
         "harness backup backup.tar --runs runs --store sqlite:///board.sqlite", "backup"),
    Verb("restore", "make record, accounts and store from a backup, and compare the digest",
         "harness restore backup.tar --runs restored --store sqlite:///restored.sqlite", "restore"),
    Verb("demo", "run the baselines on the demo collection and show the board",
         "harness demo --port 8501", "demo"),
)  # fmt: skip


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns 0 when all is well, 1 when the data is bad, 2 when the command is."""
    words = sys.argv[1:] if arguments is None else arguments
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal without UTF-8 is no reason to fail
    parser = _parser(words[0] if words else None)
    options = with_home(parser.parse_args(words))
    try:
        return _execute(options)
    except HarnessError as error:
        print(f"harness: {error}", file=sys.stderr)
        return error.exit_code
    except BrokenPipeError:  # the reader of our output has gone, for example `| head`: no verdict was given
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        print(f"harness: {where}{error.strerror or error}", file=sys.stderr)
        return 1


def _execute(options: argparse.Namespace) -> int:
    code = int(options.execute(options))
    sys.stdout.flush()  # a full disk or a closed pipe shows here, not after the exit code is settled
    return code


def _parser(chosen: str | None) -> argparse.ArgumentParser:
    """The parser; only the chosen verb's module is imported, so that help stays instant."""
    examples = "\n".join(f"  {verb.example}" for verb in VERBS)
    parser = argparse.ArgumentParser(
        prog="harness",
        description="Retrieval benchmarking: run files in, exact scores and an honest board out.",
        epilog=f"one example of each:\n{examples}\n\nexit codes: 0 fine, 1 the data is bad, 2 the command is",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=_version())
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    for verb in VERBS:
        sub = verbs.add_parser(
            verb.name,
            help=verb.summary,
            description=_sentence(verb.summary),
            epilog=f"example: {verb.example}",
        )
        if verb.name == chosen:
            importlib.import_module(verb.module).configure(sub)
    return parser


def _sentence(summary: str) -> str:
    return f"{summary[0].upper()}{summary[1:]}."


def _version() -> str:
    from importlib.metadata import version

    return f"retrieval-harness {version('retrieval-harness')}"
