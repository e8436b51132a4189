"""The documentation says what the code does: every name is documented, every example runs."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest

from harness.cli.main import VERBS, main
from harness.datasets.audit import CHECKS as AUDITS
from harness.datasets.sources.table import SOURCES
from harness.evaluation.table import MEASURES
from harness.retrievers.table import RETRIEVERS
from harness.runfiles.checks.table import CHECKS
from tests.conftest import ROOT

DOCS = ROOT / "docs"


def documented(page: str, name: str) -> bool:
    return f"`{name}" in (DOCS / page).read_text()


@pytest.mark.parametrize("verb", [verb.name for verb in VERBS])
def test_every_verb_has_a_section(verb: str) -> None:
    assert f"\n## {verb}\n" in (DOCS / "command-line.md").read_text()


@pytest.mark.parametrize("name", SOURCES)
def test_every_source_is_documented(name: str) -> None:
    assert documented("datasets.md", name)


@pytest.mark.parametrize("name", AUDITS)
def test_every_audit_is_documented(name: str) -> None:
    assert documented("datasets.md", name)


@pytest.mark.parametrize("name", RETRIEVERS)
def test_every_retriever_is_documented(name: str) -> None:
    assert documented("retrievers.md", name)


@pytest.mark.parametrize("name", MEASURES)
def test_every_measure_is_documented(name: str) -> None:
    assert documented("measures.md", name)


@pytest.mark.parametrize("name", CHECKS)
def test_every_check_is_documented(name: str) -> None:
    assert documented("run-files.md", name)


@pytest.mark.parametrize("page", sorted(ROOT.glob("*.md")) + sorted(DOCS.glob("*.md")), ids=lambda p: p.name)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", page.read_text())
    assert [t for t in targets if not (page.parent / t).exists()] == []


@pytest.mark.parametrize("recipe", ["data set", "retriever", "measure", "check", "page", "Submit a run"])
def test_contributing_has_a_recipe_for(recipe: str) -> None:
    headings = re.findall(r"^## (.+)$", (ROOT / "CONTRIBUTING.md").read_text(), flags=re.M)
    assert any(recipe.lower() in heading.lower() for heading in headings)


def test_the_examples_of_the_command_line_page_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(ROOT / "baselines", tmp_path / "baselines")
    shutil.copytree(ROOT / "harness" / "datasets" / "demo" / "qrels", tmp_path / "qrels")
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```console\n(.*?)```", (DOCS / "command-line.md").read_text(), flags=re.S)
    commands = [line[2:] for block in blocks for line in block.splitlines() if line.startswith("$ ")]
    assert len(commands) > 10
    for command in commands:
        program, *arguments = shlex.split(command)
        assert program == "harness"
        assert main(arguments) == 0, f"{command}\n{capsys.readouterr().err}"
        assert capsys.readouterr().out
