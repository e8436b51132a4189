"""Systems whose weights are on the hub: well formed, honest about what they need, never a fault here."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

import harness
from harness.datasets.catalogue import load_catalogue
from harness.errors import SpecError
from harness.reproduction.availability import weights_obstacle
from harness.reproduction.declared import read_promises
from harness.reproduction.published import published
from harness.reproduction.verdict import Verdict
from harness.retrievers.schema import schema_text
from tests.conftest import ROOT, needs_neural

HUB = sorted((ROOT / "baselines" / "hub").glob("*.yaml"))


@pytest.fixture(scope="module")
def schema() -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(json.loads(schema_text()))


@pytest.mark.parametrize("path", HUB, ids=lambda path: path.stem)
def test_a_system_of_the_hub_is_well_formed(path: Path, schema: jsonschema.Draft202012Validator) -> None:
    text = path.read_text()
    first, needs, _ = text.split("\n", 2)
    assert first == "# yaml-language-server: $schema=../schema.json"
    assert needs.startswith(("# Needs the hub", "# Needs vectors", "# Needs a service that is paid"))
    schema.validate(yaml.safe_load(text))
    (declared,) = read_promises(path)
    assert declared.spec.system == path.stem, "name the file after the system"
    assert set(declared.spec.datasets) <= set(load_catalogue())
    assert not declared.spec.expected, "nobody has run it here"


@pytest.mark.parametrize("path", HUB, ids=lambda path: path.stem)
def test_its_published_figures_are_those_of_the_table(path: Path) -> None:
    (declared,) = read_promises(path)
    known = {(score.dataset, score.measure, score.value) for score in published(declared.spec.system)}
    for figure in declared.spec.published:
        assert (figure.dataset, figure.measure, figure.value) in known
        assert figure.note, "say why a faithful run may differ"


def test_names_are_not_those_of_other_baselines() -> None:
    others = {path.stem for path in (ROOT / "baselines").glob("*.yaml")}
    assert HUB
    assert not others & {path.stem for path in HUB}


@pytest.mark.parametrize(
    ("name", "checkpoint"), [("splade-v3", "naver/splade-v3"), ("bm25-bge-rrf", "BAAI/bge-base-en-v1.5")]
)
def test_offline_the_hub_is_what_is_missing(name: str, checkpoint: str) -> None:
    needs_neural()
    (declared,) = read_promises(ROOT / "baselines" / "hub" / f"{name}.yaml")
    missing = weights_obstacle(declared.spec, offline=True)
    assert missing.startswith(f"needs the hub: The checkpoint {checkpoint} ")
    assert weights_obstacle(declared.spec, offline=False) == "", "online it is only asked when it is needed"


def test_a_system_of_the_hub_cannot_run_here(
    shared_data: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    needs_neural()
    monkeypatch.setenv("HARNESS_DATA", str(shared_data))
    files = [home / "baselines" / "hub" / f"{name}.yaml" for name in ("splade-v3", "contriever")]
    found = harness.reproduce(files, datasets=["scifact"], against="published", offline=True)
    assert {row.verdict for row in found.rows} == {Verdict.CANNOT}
    assert {row.found for row in found.rows} == {None}
    assert found.ok


def test_a_folder_that_is_not_there_is_named(home: Path) -> None:
    (declared,) = read_promises(home / "baselines" / "hub" / "ance.yaml")
    assert "There is no folder ./checkpoints/" in weights_obstacle(declared.spec, offline=False)


def test_a_floating_revision_is_refused(home: Path) -> None:
    path = home / "baselines" / "hub" / "splade-v3.yaml"
    kept = [line for line in path.read_text().splitlines() if "revision:" not in line]
    path.write_text("\n".join(kept))
    with pytest.raises(SpecError, match="needs the commit"):
        read_promises(path)
