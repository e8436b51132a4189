"""``harness card``: shown, compared and exchanged as a user would."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from harness.cli.main import main
from harness.runfiles.card import read_card
from tests.conftest import ROOT

DEMO = ROOT / "runs" / "demo"


def test_a_card_is_shown_group_by_group(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["card", "show", str(DEMO / "bm25")]) == 0
    shown = capsys.readouterr().out
    groups = [line for line in shown.splitlines() if line and not line.startswith(" ")]
    assert groups == ["system", "parameters", "data", "environment", "timings", "run"]
    assert "pipeline[0].parameters.k1" in shown


def test_the_whole_card_is_shown_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["card", "show", str(DEMO / "bm25" / "card.yaml"), "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["pipeline"][0]["parameters"]["k1"] == 0.9


def test_exit_codes_are_those_of_diff(capsys: pytest.CaptureFixture[str]) -> None:
    bm25, tuned = str(DEMO / "bm25"), str(DEMO / "bm25-tuned")
    assert main(["card", "diff", bm25, bm25]) == 0
    assert capsys.readouterr().out == "no differences\n"
    assert main(["card", "diff", bm25, tuned]) == 1
    shown = capsys.readouterr().out
    assert "  pipeline[0].parameters.k1\n    - 0.9\n    + 1.2\n" in shown
    assert main(["card", "diff", bm25, str(DEMO / "nothing.yaml")]) == 2
    assert main(["card", "diff", bm25, tuned, "--ignore", "colour"]) == 2


def test_groups_can_be_ignored(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["card", "diff", str(DEMO / "bm25"), str(DEMO / "bm25-tuned"), "--format", "json"]
    for group in ("system", "timings", "environment", "run"):
        words += ["--ignore", group]
    assert main(words) == 1
    found = json.loads(capsys.readouterr().out)
    assert (found["same"], {each["group"] for each in found["differences"]}) == (False, {"parameters"})


def test_a_card_goes_out_as_ir_metadata_and_comes_back(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, card = tmp_path / "meta.yaml", tmp_path / "card.yaml"
    assert main(["card", "export", str(DEMO / "bm25"), "--ir-metadata", "--out", str(out)]) == 0
    assert "cannot hold: family, description" in capsys.readouterr().err
    assert yaml.safe_load(out.read_text())["schema-version"] == 0.1
    words = ["--run", str(DEMO / "bm25" / "run.trec.gz"), "--family", "lexical", "--description", "BM25."]
    words += ["--created", "2026-01-31T12:00:00Z", "--out", str(card)]
    assert main(["card", "import", str(out), *words]) == 0
    before, after = read_card(DEMO / "bm25" / "card.yaml"), read_card(card)
    assert (after.run.sha256, after.system, after.versions) == (before.run.sha256, "bm25", before.versions)
    assert after.pipeline[0].parameters == before.pipeline[0].parameters


def test_what_an_imported_card_lacks_is_named_with_its_key(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "meta.yaml").write_text("tag: x\nactor: {orcid: 1}\n")
    words = ["--run", str(DEMO / "bm25" / "run.trec.gz"), "--family", "lexical", "--description", "BM25."]
    words += ["--created", "yesterday", "--out", str(tmp_path / "card.yaml")]
    assert main(["card", "import", str(tmp_path / "meta.yaml"), *words]) == 1
    told = capsys.readouterr().err
    assert "dataset: this key is required" in told
    assert "created: an ISO 8601 time" in told
    assert not (tmp_path / "card.yaml").exists()


def test_files_that_are_not_there_are_all_named_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    metadata, run = str(tmp_path / "meta.yaml"), str(tmp_path / "run.txt")
    words = ["--run", run, "--family", "lexical", "--description", "BM25.", "--out", str(tmp_path / "card")]
    assert main(["card", "import", metadata, *words, "--created", "2026-01-31T12:00:00Z"]) == 2
    told = capsys.readouterr().err
    assert f"There is no file {metadata}." in told and f"There is no file {run}." in told
    assert main(["card", "diff", metadata, run]) == 2
    assert capsys.readouterr().err == told
