"""``harness list``: what there is and what each entry needs."""

from __future__ import annotations

import json
import sys
from typing import get_args

import pytest

from harness.cli.main import main
from harness.errors import UnknownNameError
from harness.listing import KINDS, entries
from harness.retrievers.engines.dense import DenseEngine
from harness.retrievers.engines.sparse import SparseEngine
from harness.retrievers.engines.table import ENGINES
from harness.retrievers.reports import OWN
from harness.retrievers.table import RETRIEVERS


@pytest.mark.parametrize("kind", KINDS)
def test_every_entry_of_a_kind_is_listed_with_a_sentence(
    kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["list", kind, "--format", "json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert [entry["name"] for entry in listed] == list(KINDS[kind][0])
    for entry in listed:
        assert entry["summary"].endswith(".") or not entry["installed"], entry


def test_families_and_extras_are_told() -> None:
    by_name = {entry.name: entry for entry in entries("retrievers")}
    assert (by_name["bm25"].family, by_name["bm25"].extra, by_name["bm25"].installed) == ("lexical", "", True)
    assert (by_name["splade"].family, by_name["splade"].extra) == ("learned-sparse", "neural")
    assert by_name["splade"].installed is (RETRIEVERS.missing("splade") is None)
    assert by_name["splade"].summary, "the summary does not need the extra"


def test_what_retrievers_and_engines_report(capsys: pytest.CaptureFixture[str]) -> None:
    assert {entry.name: entry.reports for entry in entries("retrievers")} == {
        name: OWN.get(name, ()) for name in RETRIEVERS
    }
    assert main(["list", "retrievers"]) == 0
    shown = capsys.readouterr()
    assert "flops" in next(line for line in shown.out.splitlines() if line.startswith("splade "))
    assert "all report documents" in shown.err


def test_every_engine_that_a_retriever_takes_is_listed_with_its_extra(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    taken = {kind().name for union in (DenseEngine, SparseEngine) for kind in get_args(get_args(union)[0])}
    assert taken <= set(ENGINES)
    for name in taken:
        needed = {need.extra for need in getattr(ENGINES[name], "needs", ())}
        assert needed == ({ENGINES.extra_of(name)} if ENGINES.extra_of(name) else set())
    monkeypatch.setitem(sys.modules, "faiss", None)
    by_name = {entry.name: entry for entry in entries("engines")}
    assert (by_name["hnsw"].family, by_name["hnsw"].extra, by_name["hnsw"].installed) == (
        "dense", "engines", False,
    )  # fmt: skip
    assert by_name["hnsw"].reports[0] == "accuracy_at_10"
    assert by_name["exact"].reports == ()


def test_what_is_missing_comes_with_the_line_that_installs_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "transformers", None)
    assert main(["list", "retrievers"]) == 0
    shown = capsys.readouterr()
    line = next(line for line in shown.out.splitlines() if line.startswith("splade"))
    assert line.split()[:4] == ["splade", "learned-sparse", "neural", "no"]
    assert "pip install 'retrieval-harness[neural]'" in shown.err


def test_an_unknown_kind_is_named() -> None:
    with pytest.raises(UnknownNameError, match="retrievers"):
        entries("retriever")
