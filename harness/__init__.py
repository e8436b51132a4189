"""Retrieval benchmarking: run files in, exact scores and an honest board out.

Everything public is here and is imported when first used, so that ``import harness`` costs nothing::

    import harness

    harness.run("baselines/bm25.yaml", "demo", "out/bm25")
    data = harness.load_dataset("demo")
    harness.evaluate(harness.read_run("out/bm25/run.trec.gz"), data.qrels, ["nDCG@10"]).means()
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from harness.numba_cache import settle as _settle_numba

if TYPE_CHECKING:
    from harness.datasets.audit import audit as audit
    from harness.datasets.catalogue import load_catalogue as load_catalogue
    from harness.datasets.dataset import Dataset as Dataset
    from harness.datasets.dataset import load_dataset as load_dataset
    from harness.datasets.qrels import read_qrels as read_qrels
    from harness.demonstration import demo as demo
    from harness.errors import HarnessError as HarnessError
    from harness.evaluation.evaluate import evaluate as evaluate
    from harness.evaluation.measure import parse_measure as parse_measure
    from harness.fitting.fit import fit as fit
    from harness.leaderboard.board import Board as Board
    from harness.leaderboard.board import read_board as board
    from harness.leaderboard.rebuild import rebuild as rebuild
    from harness.ledger.chain import verify as verify_ledger
    from harness.listing import entries as entries
    from harness.rankings import Run as Run
    from harness.records import Evaluation as Evaluation
    from harness.records import Qrels as Qrels
    from harness.reproduction.published import published as published
    from harness.reproduction.reproduce import reproduce as reproduce
    from harness.reproduction.rescore import rescore as rescore
    from harness.retrievers.execute import run as run
    from harness.retrievers.spec import read_system as read_system
    from harness.runfiles.against import validate_run as validate
    from harness.runfiles.card import RunCard as RunCard
    from harness.runfiles.card import read_card as read_card
    from harness.runfiles.card_diff import diff_cards as diff_cards
    from harness.runfiles.reader import read_run as read_run
    from harness.runfiles.writer import write_run as write_run
    from harness.serving import serve as serve
    from harness.static_site.site import export as export
    from harness.statistics.runs import compare_runs as compare
    from harness.submissions.accounts import add_account as add_account
    from harness.submissions.admission import admit as submit
    from harness.submissions.backup import backup as backup
    from harness.submissions.report import report as admin_report
    from harness.submissions.restore import restore as restore

_settle_numba()

_WHERE = {
    "Board": "harness.leaderboard.board:Board",
    "Dataset": "harness.datasets.dataset:Dataset",
    "Evaluation": "harness.records:Evaluation",
    "HarnessError": "harness.errors:HarnessError",
    "Qrels": "harness.records:Qrels",
    "Run": "harness.rankings:Run",
    "RunCard": "harness.runfiles.card:RunCard",
    "add_account": "harness.submissions.accounts:add_account",
    "admin_report": "harness.submissions.report:report",
    "audit": "harness.datasets.audit:audit",
    "backup": "harness.submissions.backup:backup",
    "board": "harness.leaderboard.board:read_board",
    "compare": "harness.statistics.runs:compare_runs",
    "demo": "harness.demonstration:demo",
    "diff_cards": "harness.runfiles.card_diff:diff_cards",
    "entries": "harness.listing:entries",
    "evaluate": "harness.evaluation.evaluate:evaluate",
    "export": "harness.static_site.site:export",
    "fit": "harness.fitting.fit:fit",
    "load_catalogue": "harness.datasets.catalogue:load_catalogue",
    "load_dataset": "harness.datasets.dataset:load_dataset",
    "parse_measure": "harness.evaluation.measure:parse_measure",
    "published": "harness.reproduction.published:published",
    "read_card": "harness.runfiles.card:read_card",
    "read_qrels": "harness.datasets.qrels:read_qrels",
    "read_run": "harness.runfiles.reader:read_run",
    "read_system": "harness.retrievers.spec:read_system",
    "rebuild": "harness.leaderboard.rebuild:rebuild",
    "reproduce": "harness.reproduction.reproduce:reproduce",
    "rescore": "harness.reproduction.rescore:rescore",
    "restore": "harness.submissions.restore:restore",
    "run": "harness.retrievers.execute:run",
    "serve": "harness.serving:serve",
    "submit": "harness.submissions.admission:admit",
    "validate": "harness.runfiles.against:validate_run",
    "verify_ledger": "harness.ledger.chain:verify",
    "write_run": "harness.runfiles.writer:write_run",
}

__all__ = [
    "Board",
    "Dataset",
    "Evaluation",
    "HarnessError",
    "Qrels",
    "Run",
    "RunCard",
    "add_account",
    "admin_report",
    "audit",
    "backup",
    "board",
    "compare",
    "demo",
    "diff_cards",
    "entries",
    "evaluate",
    "export",
    "fit",
    "load_catalogue",
    "load_dataset",
    "parse_measure",
    "published",
    "read_card",
    "read_qrels",
    "read_run",
    "read_system",
    "rebuild",
    "reproduce",
    "rescore",
    "restore",
    "run",
    "serve",
    "submit",
    "validate",
    "verify_ledger",
    "write_run",
]


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module 'harness' has no attribute {name!r}")
    module, _, attribute = _WHERE[name].partition(":")
    value = getattr(importlib.import_module(module), attribute)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
