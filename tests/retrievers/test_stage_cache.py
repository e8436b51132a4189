"""Outputs of stages on the disk, and the version of a stage's code."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from harness.rankings import Run
from harness.retrievers import code_version as versions
from harness.retrievers.stage_cache import Kept, StageCache, key_of, path_of

RUN = Run.from_dict({"q/é": {"d1": 1.5, "文": 1.5, "d3": -2.0}, "q2": {"d1": 1e-300}}, "tag")
TOLD = {"seconds": 1.5, "facts": {"documents": 3, "name": "é"}}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HARNESS_CACHE", str(tmp_path))
    return tmp_path


def test_what_is_kept_is_found_whole() -> None:
    key = key_of(a=1)
    StageCache().keep(key, Kept(RUN, TOLD))
    found = StageCache().find(key)
    assert found is not None and found.told == TOLD
    assert (found.run.to_dict(), found.run.tag) == (RUN.to_dict(), "tag")
    assert list(found.run.to_dict()["q/é"]) == list(RUN.to_dict()["q/é"])


def test_an_empty_run_is_an_output_too() -> None:
    StageCache().keep(key_of(a=1), Kept(Run.from_dict({}, "t"), TOLD))
    found = StageCache().find(key_of(a=1))
    assert found is not None and len(found.run) == 0


@pytest.mark.parametrize("size", [0, 10, 300])
def test_a_damaged_file_is_no_output(size: int) -> None:
    key = key_of(a=1)
    StageCache().keep(key, Kept(RUN, TOLD))
    path_of(key).write_bytes(path_of(key).read_bytes()[:size])
    assert StageCache().find(key) is None


def test_older_outputs_can_be_left_alone() -> None:
    key = key_of(a=1)
    StageCache().keep(key, Kept(RUN, TOLD))
    assert StageCache(since=4e9).find(key) is None


def test_a_folder_that_cannot_be_written_costs_no_result(folder: Path) -> None:
    (folder / "stages").write_text("in the way")
    StageCache().keep(key_of(a=1), Kept(RUN, TOLD))
    assert StageCache().find(key_of(a=1)) is None


def test_keys_depend_on_everything_and_not_on_the_order_of_keys() -> None:
    assert key_of(a=1, b={"x": 1, "y": 2}) == key_of(b={"y": 2, "x": 1}, a=1)
    keys = {key_of(a=1), key_of(a=2), key_of(a="1"), key_of(b=1), key_of(a=[1]), key_of(a=1.0)}
    assert len(keys) == 6


def test_the_version_of_code_follows_what_a_module_imports(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "stagecode"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "base.py").write_text("FRAME = 1\n")
    (package / "leaf.py").write_text("X = 1\n")
    (package / "middle.py").write_text("def f():\n    from stagecode import leaf\n    return leaf.X\n")
    (package / "stage.py").write_text("import stagecode.base\nfrom stagecode.middle import f\n")
    (package / "other.py").write_text("Y = 1\n")
    monkeypatch.setattr(versions, "PACKAGE", "stagecode.")
    monkeypatch.syspath_prepend(tmp_path)

    def version(name: str) -> str:
        for cached in (versions.code_version, versions._source, versions._imports):
            cached.cache_clear()
        return versions.code_version(name)

    try:
        first, other = version("stagecode.stage"), version("stagecode.other")
        (package / "leaf.py").write_text("X = 2\n")
        assert version("stagecode.stage") != first, "two imports away, inside a function"
        assert version("stagecode.other") == other
        (package / "leaf.py").write_text("X = 1\n")
        assert version("stagecode.stage") == first
        (package / "base.py").write_text("FRAME = 2\n")
        assert version("stagecode.stage") == first, "what says what a stage is does not count"
    finally:
        version("harness.retrievers.lexical.bm25")
        for name in [name for name in sys.modules if name.startswith("stagecode")]:
            del sys.modules[name]
