"""What every stage of every table but that of retrievers must be, whatever it does."""

from __future__ import annotations

import ast
import importlib
import inspect
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from harness.config import check
from harness.errors import SpecError
from harness.rankings import Run
from harness.records import Document
from harness.retrievers.base import STRICT_PARAMETERS
from harness.retrievers.stages import Feedback, Fusion, Grouper, Preparer, Reranker, document_of
from harness.retrievers.table import STAGES
from tests.conftest import ROOT, needed

PROTOCOLS = {
    "prepare": Preparer, "feedback": Feedback, "rerank": Reranker, "group": Grouper, "fuse": Fusion,
}  # fmt: skip
ENTRIES = [(kind, name) for kind in PROTOCOLS for name in sorted(STAGES[kind])]
NEEDED: dict[str, dict[str, Any]] = {
    "doc2query": {"queries": "package:harness/retrievers/expansion/demo_queries.jsonl"},
    "doc2query-index": {"queries": "package:harness/retrievers/expansion/demo_queries.jsonl"},
    "prune-collection-distance": {"share": 0.5},
    "prune-qual-t5": {"checkpoint": "./model", "share": 0.5},
    "ance-prf": {"checkpoint": "./model"},
    "cross-encoder": {"checkpoint": "./model"},
    "mono-t5": {"checkpoint": "./model"},
    "passage-cascade": {"scorer_parameters": {"checkpoint": "./model"}},
    "ranx": {"method": "sum"},
    "trained": {"method": "posfuse", "tables": [[0.5, 0.25], [0.75]]},
}
"""Parameters of stages that have no default for all of them."""
DOCUMENTS = [Document("d001", "T", "one two three"), Document("d#2", "", ""), Document("d003", "", "two")]


def made(kind: str, name: str) -> Any:
    """The stage; skips where its parameters have no defaults and its own tests make it."""
    try:
        return check(NEEDED.get(name, {}), STAGES[kind][name], where=name)
    except SpecError as error:
        if name not in NEEDED and any("required" in each.message for each in error.problems):
            pytest.skip("has parameters without defaults; its own tests make it")
        raise


@pytest.mark.parametrize(("kind", "name"), ENTRIES)
def test_a_stage_is_a_strict_frozen_dataclass(kind: str, name: str) -> None:
    stage = STAGES[kind][name]
    assert is_dataclass(stage) and stage.__dataclass_params__.frozen  # type: ignore[attr-defined]
    assert "__slots__" in vars(stage), "slots=True"
    assert all(field.kw_only for field in fields(stage))
    assert stage.__pydantic_config__ == STRICT_PARAMETERS
    assert stage.summary.endswith(".") and "\n" not in stage.summary
    schema = TypeAdapter(stage).json_schema()
    assert schema.get("additionalProperties") is False
    with pytest.raises(SpecError, match="no_such_parameter"):
        check({**NEEDED.get(name, {}), "no_such_parameter": 1}, stage, where=name)


@pytest.mark.parametrize(("kind", "name"), ENTRIES)
def test_a_stage_speaks_its_protocol(kind: str, name: str) -> None:
    stage = made(kind, name)
    assert isinstance(stage, PROTOCOLS[kind])
    if kind == "feedback":
        assert stage.accepts and set(stage.accepts) <= set(STAGES["retrieve"])


@pytest.mark.parametrize(("kind", "name"), ENTRIES)
def test_parameters_are_checked_in_code_too(kind: str, name: str) -> None:
    stage = STAGES[kind][name]
    if not fields(stage):
        return
    with pytest.raises(SpecError):
        stage(**{**NEEDED.get(name, {}), fields(stage)[0].name: object()})


@pytest.mark.parametrize(("kind", "name"), ENTRIES)
def test_every_parameter_is_described(kind: str, name: str) -> None:
    stage = STAGES[kind][name]
    text = "\n".join(inspect.getdoc(each) or "" for each in stage.__mro__)
    for field in fields(stage):
        assert field.name in text, f"{field.name} has no line under Attributes"


@pytest.mark.parametrize(("kind", "name"), ENTRIES)
def test_importing_a_stage_loads_no_optional_package(kind: str, name: str) -> None:
    """Not at the top of its module: schemas and checks import every class."""
    module = importlib.import_module(STAGES[kind][name].__module__)
    tree = ast.parse(Path(inspect.getfile(module)).read_text())
    optional = {"torch", "transformers", "sentence_transformers", "ranx", "onnxruntime", "sklearn"}
    for node in tree.body:
        names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        assert not {each.split(".")[0] for each in names} & optional


@pytest.mark.parametrize("name", sorted(STAGES["prepare"]))
def test_a_preparer_streams_documents(name: str) -> None:
    stage = made("prepare", name)
    if hasattr(stage, "checkpoint"):
        pytest.skip("needs weights; its own tests make them")
    given = list(stage.prepare(iter(DOCUMENTS)))
    assert given == list(stage.prepare(iter(DOCUMENTS))), "the same each time"
    assert len({document.id for document in given}) == len(given)
    known = {document.id for document in DOCUMENTS}
    assert {document_of(d.id) if stage.passages else d.id for d in given} <= known


@pytest.mark.parametrize("name", sorted(STAGES["fuse"]))
def test_a_fusion_adds_nothing_and_has_the_depth(name: str) -> None:
    if STAGES["fuse"].missing(name):
        needed(STAGES["fuse"].extra_of(name) or "", False, f"the extra of {name}")
    runs = [
        Run.from_dict({"q1": {"a": 3.0, "b": 2.0}, "q2": {"a": 1.0}}, "x"),
        Run.from_dict({"q1": {"b": 9.0, "c": 4.0}, "q2": {"d": 1.0}}, "y"),
    ]
    before = [run.to_dict() for run in runs]
    fused = made("fuse", name).fuse(runs, 2, tag="t")
    assert fused.tag == "t" and set(fused.to_dict()) == {"q1", "q2"}
    assert all(len(ranking) == 2 for ranking in fused.to_dict().values())
    assert made("fuse", name).fuse(runs, 2, tag="t").to_dict() == fused.to_dict()
    assert [run.to_dict() for run in runs] == before, "the runs given stay as they are"


@pytest.mark.parametrize("name", sorted(STAGES["group"]))
def test_a_grouper_makes_documents_of_passages(name: str) -> None:
    run = Run.from_dict({"q": {"a#0": 3.0, "a#1": 2.0, "b#c#0": 1.0}, "r": {"a#0": 1.0}}, "x")
    grouped = made("group", name).group(run, 5, tag="t")
    assert {q: set(row) for q, row in grouped.to_dict().items()} == {"q": {"a", "b#c"}, "r": {"a"}}
    assert set(made("group", name).group(run, 1, tag="t").to_dict()["q"]) == {"a"}


@pytest.mark.parametrize(("kind", "name"), ENTRIES)
def test_a_stage_is_in_the_documentation(kind: str, name: str) -> None:
    pages = "\n".join(path.read_text() for path in sorted((ROOT / "docs").glob("*.md")))
    assert f"`{name}`" in pages
