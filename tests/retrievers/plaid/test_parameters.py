"""What can be held without fast-plaid: defaults by depth, errors, and the pruning by centroids."""

from __future__ import annotations

import json
import re
import sys
import venv
from pathlib import Path

import numpy as np
import pytest

from harness.cli.main import main
from harness.config import check
from harness.errors import CommandError, SpecError, UnavailableError
from harness.records import Document
from harness.retrievers.late_interaction.retriever import MaxSim
from harness.retrievers.plaid.engine import Effort, Plaid
from harness.retrievers.plaid.interpreter import VARIABLE, Interpreter
from harness.retrievers.plaid.worker import Lists
from harness.retrievers.plan import pipeline_problems
from harness.retrievers.stage_spec import Stage, missing_extras, require_extras
from tests.conftest import needs_neural


def test_defaults_follow_the_depth() -> None:
    # stanford-futuredata/ColBERT, colbert/searcher.py, dense_search
    expected = {
        1: Effort(1, 0.5, 256),
        10: Effort(1, 0.5, 256),
        11: Effort(2, 0.45, 1024),
        100: Effort(2, 0.45, 1024),
        101: Effort(4, 0.4, 4096),
        1000: Effort(4, 0.4, 4096),
        2000: Effort(4, 0.4, 8000),
    }
    assert {depth: Plaid().effort(depth) for depth in expected} == expected
    assert Plaid(ncells=7, ndocs=500).effort(10) == Effort(7, 0.5, 500)
    assert Plaid(centroid_score_threshold=0.0).effort(1000).centroid_score_threshold == 0


def test_parameters_come_from_yaml() -> None:
    made = check({"engine": {"name": "plaid", "nbits": 4, "ncells": 8}}, MaxSim, where="test")
    assert made.engine == Plaid(nbits=4, ncells=8)
    with pytest.raises(SpecError, match="nbits"):
        Plaid(nbits=3)  # type: ignore[arg-type]
    with pytest.raises(SpecError, match="centroid_score_threshold"):
        Plaid(centroid_score_threshold=2.0)


def test_without_an_interpreter_the_commands_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    needs_neural()
    monkeypatch.delenv(VARIABLE, raising=False)
    with pytest.raises(UnavailableError, match=f"{VARIABLE} is not set") as caught:
        MaxSim(engine=Plaid()).index([Document("d", "", "text")])
    for command in ("python3 -m venv", "pip install torch==2.11.0 fast-plaid==1.4.6", f"export {VARIABLE}="):
        assert command in str(caught.value)


def test_an_interpreter_that_cannot_serve_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "python"))
    with pytest.raises(UnavailableError, match="is no program"):
        Plaid().start()
    with pytest.raises(UnavailableError, match=r"(?s) lacks the package.* fast-plaid\. .*pip install"):
        Plaid(interpreter=sys.executable).start()  # of two, the parameter counts
    script = tmp_path / "python"
    script.write_text("#!/bin/sh\necho out of memory >&2\nexit 3\n")
    script.chmod(0o755)
    with pytest.raises(UnavailableError, match=r"(?s)ended with status 3: out of memory.*pip install"):
        Plaid().start()


def test_a_bare_python_lacks_packages_and_an_old_one_shows_no_traceback(tmp_path: Path) -> None:
    bare = tmp_path / "bare"
    venv.create(bare, with_pip=False)
    with pytest.raises(UnavailableError, match=r"lacks the packages numpy, torch, fast-plaid\. ") as caught:
        Plaid(interpreter=str(bare / "bin" / "python")).start()
    assert "Traceback" not in str(caught.value)
    old = tmp_path / "old"
    said = "Traceback (most recent call last):\\n  File\\nSyntaxError: future feature"
    old.write_text(f"#!/bin/sh\nprintf '{said}' >&2\nexit 1\n")
    old.chmod(0o755)
    with pytest.raises(UnavailableError, match=r"ended with status 1: SyntaxError: future feature\. "):
        Plaid(interpreter=str(old)).start()
    old.write_text("#!/bin/sh\necho hello\n")
    with pytest.raises(UnavailableError, match="is no Python that can be used"):
        Plaid(interpreter=str(old)).start()


def test_packages_that_come_later_and_another_environment_are_seen(tmp_path: Path) -> None:
    """Neither installing packages nor making the environment anew changes the program that its link names."""
    folder = tmp_path / "later"
    venv.create(folder, with_pip=False)
    program = Interpreter(str(folder / "bin" / "python"))
    assert "lacks the packages" in str(program.missing())
    installed = next(folder.glob("lib/python*/site-packages"))
    for package in ("numpy", "torch", "fast_plaid"):
        (installed / package).mkdir()
        (installed / package / "__init__.py").touch()
    assert program.find() == folder / "bin" / "python"
    venv.create(folder, clear=True, with_pip=False)
    assert "lacks the packages" in str(program.missing())


def test_the_plan_says_that_there_is_no_interpreter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    stages = [Stage(retrieve="maxsim", parameters={"engine": {"name": "plaid"}})]
    told = next(line for line in missing_extras(stages) if "plaid" in line)
    assert f"{VARIABLE} is not set" in told and "pip install torch==2.11.0 fast-plaid" in told
    with pytest.raises(CommandError, match=f"{VARIABLE} is not set") as caught:
        require_extras(stages)
    assert caught.value.exit_code == 2, "as for an absent package"
    assert list(pipeline_problems(stages)) == [], "it can be run elsewhere"
    exact = [Stage(retrieve="maxsim", parameters={"engine": {"name": "exact"}})]
    assert not any("plaid" in line for line in missing_extras(exact))


def test_lists_say_whether_it_is_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def line(kind: str) -> str:
        assert main(["list", kind]) == 0
        shown = capsys.readouterr()
        rows = (row for row in shown.out.splitlines() if row.startswith("plaid "))
        return next(rows, "") + shown.err

    monkeypatch.delenv(VARIABLE, raising=False)
    assert re.match(r"plaid +late-interaction +- +no ", line("engines"))
    assert f"export {VARIABLE}=~/plaid/bin/python" in line("engines")
    assert re.search(r"engines that are not installed: .*plaid", line("retrievers"))
    other = tmp_path / "python"
    other.write_text("#!/bin/sh\necho '[]'\n")  # it lacks nothing
    other.chmod(0o755)
    monkeypatch.setenv(VARIABLE, str(other))
    assert re.match(r"plaid +late-interaction +- +yes ", line("engines"))
    assert VARIABLE not in line("engines").partition("accuracy")[2]


def test_what_cannot_be_coded_is_refused() -> None:
    with pytest.raises(CommandError, match="needs 10 tokens or more, found 9"):
        Plaid().build(np.array([0, 9]), np.ones((9, 16), dtype=np.float16))
    with pytest.raises(CommandError, match="found 15 times 2"):
        Plaid().build(np.array([0, 1]), np.ones((1, 15), dtype=np.float16))


@pytest.fixture
def lists(tmp_path: Path) -> Lists:
    """Four centroids on the axes, with signs; documents are tokens that lie on them."""
    codes = {0: [0, 2], 1: [0], 2: [0, 3, 3], 3: [1, 2], 4: [3]}
    members = [[d for d, own in codes.items() if c in own] for c in range(4)]
    np.save(tmp_path / "centroids.npy", np.array([[1, 0], [-1, 0], [0, 1], [0, -1]], dtype=np.float16))
    np.save(tmp_path / "ivf.npy", np.concatenate(members).astype(np.int64))
    np.save(tmp_path / "ivf_lengths.npy", np.array([len(each) for each in members], dtype=np.int32))
    for chunk, own in enumerate(([0, 1, 2], [3, 4])):
        np.save(tmp_path / f"{chunk}.codes.npy", np.concatenate([codes[d] for d in own]))
        (tmp_path / f"doclens.{chunk}.json").write_text(json.dumps([len(codes[d]) for d in own]))
    (tmp_path / "metadata.json").write_text('{"num_chunks": 2}')
    return Lists(tmp_path)


def test_pruning_worked_by_hand(lists: Lists) -> None:
    # centroids score 0.8, -0.8, 0.6, -0.6 with the one token; its nearest two are 0 (documents 0, 1, 2) and 2
    # (0, 3), so that four are found
    query = np.array([[0.8, 0.6]], dtype=np.float32)
    assert lists.pruned(query, 2, 0.5, 4) is None, "no more than wanted"
    # maxima over centroids of 0.5 or more: 0.8 for 0, 1, 2 and 0.6 for 3; among equals the greater number
    assert lists.pruned(query, 2, 0.5, 3).tolist() == [0, 1, 2]
    assert lists.pruned(query, 2, 0.5, 2).tolist() == [1, 2]
    # with 0.7 document 3 has no centroid left, with 0.9 none has one
    assert lists.pruned(query, 2, 0.7, 3).tolist() == [0, 1, 2]
    assert lists.pruned(query, 2, 0.9, 1).tolist() == [3]


def test_pruning_sums_over_query_tokens(lists: Lists) -> None:
    # (1, 0) and (0, -1), with all lists: 0 has centroids 0, 2: 1 + 0; 1 has 0: 1 + 0; 2 has 0, 3: 1 + 1;
    # 3 has 1, 2, of which only 2 scores 0 or more (0 with the first token): 0 - 1; 4 has 3: 0 + 1
    query = np.array([[1, 0], [0, -1]], dtype=np.float32)
    assert lists.pruned(query, 4, 0.0, 1).tolist() == [2]
    assert lists.pruned(query, 4, 0.0, 4).tolist() == [0, 1, 2, 4]
    # of 0.5 or more are centroids 0 and 3: document 3 has neither and comes last
    assert lists.pruned(query, 4, 0.5, 4).tolist() == [0, 1, 2, 4]
