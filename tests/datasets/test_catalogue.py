"""The catalogue refuses everything that is wrong, all at once and by key path."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml

from harness.datasets.catalogue import find_catalogue, leaves, load_catalogue, spec_of
from harness.errors import SpecError, UnknownNameError

GOOD: dict[str, Any] = {
    "title": "Tiny",
    "description": "Four documents.",
    "task": "ad hoc retrieval",
    "domain": "the sea",
    "languages": ["en"],
    "licence": "not stated",
    "citation": "nobody, 2020",
    "homepage": "https://example.org/tiny",
    "source": {"kind": "folder", "path": "tiny", "where": "Ask."},
    "measures": ["nDCG@10", "AP(rel=2)"],
    "counts": {
        "documents": 4,
        "queries": 3,
        "judged_queries": 2,
        "judgments": 3,
        "grades": {0: 1, 1: 1, 2: 1},
    },
}


def entry(**changes: Any) -> dict[str, Any]:
    """The good entry with keys replaced; ``...`` takes a key away."""
    merged = {**copy.deepcopy(GOOD), **changes}
    return {key: value for key, value in merged.items() if value is not ...}


def load(tmp_path: Path, **datasets: Any) -> Any:
    path = tmp_path / "datasets.yaml"
    path.write_text(yaml.safe_dump({"datasets": datasets}, sort_keys=False))
    return load_catalogue(path)


def problems(tmp_path: Path, **datasets: Any) -> dict[str, str]:
    with pytest.raises(SpecError) as caught:
        load(tmp_path, **datasets)
    return {problem.where: problem.message for problem in caught.value.problems}


def test_a_good_entry_loads_with_its_defaults(tmp_path: Path) -> None:
    spec = load(tmp_path, tiny=entry())["tiny"]
    assert spec.headline == "nDCG@10"
    assert (spec.split, spec.depth) == ("test", 1000)
    assert spec.counts.grades == {0: 1, 1: 1, 2: 1}
    assert spec.quirks.drop_self_matches is False
    with pytest.raises(Exception, match="frozen"):
        spec.title = "other"


def test_many_wrong_keys_are_told_at_once(tmp_path: Path) -> None:
    found = problems(
        tmp_path,
        one=entry(
            titel="x", depth="deep", languages=[], homepage="example.org", measures=["AP", "nDCG at ten"]
        ),
        two=entry(title=..., source={"kind": "folder", "pth": "tiny", "where": "Ask."}),
        three=entry(source={"kind": "zip"}, counts={"documents": "many", "queries": 3}),
    )
    assert set(found) == {
        "datasets.one.titel",
        "datasets.one.depth",
        "datasets.one.languages",
        "datasets.one.homepage",
        "datasets.one.measures[1]",
        "datasets.two.title",
        "datasets.two.source.path",
        "datasets.two.source.pth",
        "datasets.three.source",
        "datasets.three.counts.documents",
        "datasets.three.counts.judged_queries",
        "datasets.three.counts.judgments",
        "datasets.three.counts.grades",
    }
    assert "'title'" in found["datasets.one.titel"]
    assert "'path'" in found["datasets.two.source.pth"]
    for kind in ("demo", "folder", "beir", "ir_datasets"):
        assert kind in found["datasets.three.source"]


def test_rules_between_keys_are_told_beside_the_schema_s(tmp_path: Path) -> None:
    found = problems(
        tmp_path,
        neither=entry(source=..., counts=...),
        both=entry(parts=["good"]),
        uncounted=entry(counts=...),
        unexplained=entry(counts={**GOOD["counts"], "judgments": None, "grades": None}),
        sums=entry(counts={**GOOD["counts"], "judgments": 4}),
        quirky=entry(
            quirks={"drop_self_matches": True, "relevance_level": 2}, measures=["nDCG@10", "AP", "R@5"]
        ),
        wrong=entry(depth=0),
        good=entry(),
    )
    assert set(found) == {
        "datasets.neither",
        "datasets.both",
        "datasets.both.counts",
        "datasets.uncounted.counts",
        "datasets.unexplained.counts_note",
        "datasets.sums.counts.grades",
        "datasets.quirky.quirk_notes",
        "datasets.quirky.measures[1]",
        "datasets.quirky.measures[2]",
        "datasets.wrong.depth",
    }
    assert "judgments, grades" in found["datasets.unexplained.counts_note"]


def test_parts_must_exist_and_must_not_run_in_a_circle(tmp_path: Path) -> None:
    mean = {"source": ..., "counts": ...}
    found = problems(
        tmp_path,
        a=entry(**mean, parts=["b", "leaf"]),
        b=entry(**mean, parts=["a"]),
        c=entry(**mean, parts=["c"]),
        d=entry(**mean, parts=["leef", "leaf", "leaf"]),
        leaf=entry(),
    )
    assert set(found) == {
        "datasets.a.parts[0]",
        "datasets.b.parts[0]",
        "datasets.c.parts[0]",
        "datasets.d.parts[0]",
        "datasets.d.parts[2]",
    }
    assert "a → b → a" in found["datasets.a.parts[0]"]
    assert "'leef'" in found["datasets.d.parts[0]"]


def test_leaves_are_the_parts_level_by_level(tmp_path: Path) -> None:
    mean = {"source": ..., "counts": ...}
    catalogue = load(
        tmp_path,
        all=entry(**mean, parts=["x", "pair"]),
        pair=entry(**mean, parts=["y", "z"]),
        x=entry(),
        y=entry(),
        z=entry(),
    )
    assert leaves(catalogue, "all") == ("x", "y", "z")
    assert leaves(catalogue, "y") == ("y",)


def test_a_name_that_is_not_there_gets_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match="'tiny'"):
        spec_of(load(tmp_path, tiny=entry()), "tinny")


def test_a_repeated_entry_and_an_unknown_top_level_key_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "datasets.yaml"
    path.write_text("datasets:\n  a: {}\n  a: {}\n")
    with pytest.raises(SpecError) as caught:
        load_catalogue(path)
    assert caught.value.problems[0].where == f"{path}:3"
    path.write_text("dataset: {}\n")
    with pytest.raises(SpecError) as caught:
        load_catalogue(path)
    assert {problem.where for problem in caught.value.problems} == {"dataset", "datasets"}


def test_templates_are_taken_over_and_not_read_as_data_sets(tmp_path: Path) -> None:
    block = {"domain": "the sea", "languages": ["en"]}
    path = tmp_path / "datasets.yaml"
    rest = yaml.safe_dump({key: value for key, value in GOOD.items() if key not in block})
    body = "".join(f"    {line}\n" for line in rest.splitlines())
    templates = "templates:\n  sea: &sea\n    domain: the sea\n    languages: [en]\n"
    path.write_text(templates + "datasets:\n  tiny:\n    <<: *sea\n" + body)
    assert load_catalogue(path)["tiny"].domain == "the sea"


def test_the_environment_names_another_catalogue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    load(tmp_path, mine=entry())
    monkeypatch.setenv("HARNESS_CATALOGUE", str(tmp_path / "datasets.yaml"))
    assert set(load_catalogue()) == {"mine"}
    monkeypatch.setenv("HARNESS_CATALOGUE", str(tmp_path / "absent.yaml"))
    with pytest.raises(SpecError, match=r"absent\.yaml"):
        find_catalogue()
