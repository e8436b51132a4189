"""Cards are written as people read them and read back as they were."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.errors import SpecError
from harness.runfiles.card import (
    GitState,
    Hardware,
    RunCard,
    RunIdentity,
    StageCard,
    Timings,
    read_card,
    write_card,
)
from harness.runfiles.limits import Limits

SMALL = {
    "schema_version": 1,
    "system": "bm25",
    "dataset": "demo",
    "family": "lexical",
    "description": "BM25 as in Lucene.",
    "created": "2026-01-31T12:00:00Z",
    "run": RunIdentity(sha256="ab" * 32),
}

texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=50)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)


def test_a_small_card_has_no_empty_fields(tmp_path: Path) -> None:
    path = tmp_path / "card.yaml"
    write_card(RunCard(**SMALL), path)
    assert path.read_text() == (
        "schema_version: 1\nsystem: bm25\ndataset: demo\nfamily: lexical\ndescription: BM25 as in Lucene.\n"
        f"created: '2026-01-31T12:00:00Z'\nrun:\n  sha256: {'ab' * 32}\n"
    )


def test_a_full_card_reads_as_it_was_written(tmp_path: Path) -> None:
    card = RunCard(
        **{**SMALL, "description": "Zwei Zeilen:\n  # größer, 検索 🔍\n"},
        split="test",
        pipeline=[StageCard(stage="retrieve", name="bm25", parameters={"k1": 0.9, "stemmer": None})],
        tag="yes",
        depth=1000,
        input_fields=["title", "text"],
        training_data={"msmarco": "declared", "demo": "none"},
        links=["https://example.org/paper"],
        seeds={"numpy": 7},
        versions={"numpy": "2.3.0", "python": "3.11"},
        git=GitState(commit="0" * 40, dirty=False),
        hardware=Hardware(cpu="x", cores=2),
        timings=Timings(search_seconds=1),
        index={"terms": 12, "bytes": 3.5},
    )  # fmt: skip
    path = tmp_path / "card.yaml"
    write_card(card, path)
    assert read_card(path) == card
    text = path.read_text(encoding="utf-8")
    assert "  # größer, 検索 🔍\n" in text  # readable, not escaped
    assert "stemmer: null" in text  # a parameter that is None is a parameter
    assert "dirty: false" in text


@settings(deadline=None)  # writes files
@given(st.dictionaries(texts, values, max_size=4), texts)
def test_any_text_and_parameter_survives(
    tmp_path_factory: pytest.TempPathFactory, parameters, description
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.yaml"
    card = RunCard(
        **{**SMALL, "description": description},
        pipeline=[StageCard(stage="s", name="r", parameters=parameters)],
    )
    write_card(card, path)
    assert read_card(path) == card


def test_writing_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    write_card(RunCard(**SMALL), tmp_path / "a")
    write_card(read_card(tmp_path / "a"), tmp_path / "b")
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


@pytest.mark.parametrize(
    "written",
    [
        "2026-01-31T13:00:00+01:00",
        "'2026-01-31T12:00:00Z'",
        "2026-01-31 12:00:00Z",
        "2026-01-31T12:00:00.25Z",
    ],
)
def test_times_are_kept_in_utc_whatever_yaml_makes_of_them(tmp_path: Path, written: str) -> None:
    path = tmp_path / "card.yaml"
    write_card(RunCard(**SMALL), path)
    path.write_text(path.read_text().replace("'2026-01-31T12:00:00Z'", written))
    assert read_card(path).created == "2026-01-31T12:00:00Z"


def test_every_problem_of_a_card_is_named_with_its_key(tmp_path: Path) -> None:
    path = tmp_path / "card.yaml"
    path.write_text(
        "schema_version: 2\nsystem: ../bm25\nfamilie: x\ndescription: ''\ncreated: yesterday\n"
        "depth: 0\npipeline:\n- {stage: a}\ntraining_data: {x: maybe}\nlinks: [ftp://x]\nseeds: {a: b}\n"
        "run: {sha256: abc}\ntimings: {search_seconds: -1}\n"
    )
    with pytest.raises(SpecError) as caught:
        read_card(path)
    assert sorted(problem.where for problem in caught.value.problems) == sorted([
        "schema_version", "system", "dataset", "family", "familie", "description", "created", "depth",
        "pipeline[0].name", "training_data.x", "links[0]", "seeds.a", "run.sha256",
        "timings.search_seconds",
    ])  # fmt: skip
    assert "Did you mean 'family'?" in str(caught.value)


@pytest.mark.parametrize("system", ["", " bm25", "a\nb", "a/b", "a\\b", "..", "x" * 101])
def test_a_system_is_a_name_that_can_be_a_folder(system: str) -> None:
    with pytest.raises(ValueError, match="system"):
        RunCard(**{**SMALL, "system": system})


@pytest.mark.parametrize("schema", [RunCard, StageCard, RunIdentity, GitState, Hardware, Timings, Limits])
def test_every_field_is_documented(root: Path, schema: type) -> None:
    page = (root / "docs" / "run-files.md").read_text(encoding="utf-8")
    names = schema.__slots__ if schema is Limits else schema.model_fields
    assert [name for name in names if f"`{name}`" not in page] == []


def test_a_card_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        RunCard(**SMALL).system = "other"  # type: ignore[misc]
