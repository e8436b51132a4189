"""What differs between two cards, and in which group it is told."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import UnknownNameError
from harness.runfiles.card import RunCard, StageCard, Timings
from harness.runfiles.card_diff import Difference, diff_cards
from harness.runfiles.card_facts import GROUPS, facts
from tests.runfiles.cards import bm25, full_card


def test_every_field_of_a_card_belongs_to_one_group() -> None:
    grouped = [key for keys in GROUPS.values() for key in keys]
    assert sorted(grouped) == sorted(RunCard.model_fields)


def test_a_card_does_not_differ_from_itself() -> None:
    assert diff_cards(full_card(), full_card()).same


def test_a_changed_parameter_is_told_with_its_key_path() -> None:
    other = full_card(pipeline=[bm25(k1=1.2, b=0.4), *full_card().pipeline[1:]])
    (difference,) = diff_cards(full_card(), other).differences
    assert difference == Difference("parameters", "pipeline[0].parameters.k1", 0.9, 1.2)


@pytest.mark.parametrize(
    ("changes", "group", "key"),
    [
        ({"family": "lexical"}, "system", "family"),
        ({"seeds": {"sampling": 43}}, "parameters", "seeds.sampling"),
        ({"dataset": "scifact"}, "data", "dataset"),
        ({"versions": {**full_card().versions, "numpy": "2.5.0"}}, "environment", "versions.numpy"),
        ({"created": "2026-02-01T12:00:00Z"}, "timings", "created"),
        ({"timings": Timings(index_seconds=0.3)}, "timings", "timings.index_seconds"),
        ({"index": {"documents": 290, "encode_seconds": 1.6}}, "timings", "index.encode_seconds"),
        ({"index": {"documents": 291, "encode_seconds": 1.5}}, "run", "index.documents"),
        ({"run": {"sha256": "ef" * 32}}, "run", "run.sha256"),
    ],
)
def test_differences_are_grouped(changes: dict[str, object], group: str, key: str) -> None:
    found = diff_cards(full_card(), full_card(**changes))
    assert [(each.group, each.key) for each in found.differences] == [(group, key)]
    assert diff_cards(full_card(), full_card(**changes), ignore=[group]).same


def test_how_a_stage_went_is_not_what_it_is() -> None:
    line = full_card().pipeline
    rerank = line[2].model_copy(update={"seconds": 10.0, "cached": True, "facts": {"calls": 3}})
    dense = line[1].branches[0][0].model_copy(update={"seconds": 3.0})
    fusion = line[1].model_copy(update={"branches": [[dense]]})
    found = diff_cards(full_card(), full_card(pipeline=[line[0], fusion, rerank]))
    assert {each.key: each.group for each in found.differences} == {
        "pipeline[1].branches[0][0].seconds": "timings",
        "pipeline[2].seconds": "timings",
        "pipeline[2].cached": "timings",
        "pipeline[2].facts.calls": "run",
    }


def test_a_parameter_may_be_called_as_a_key_of_stages_is() -> None:
    first, second = ([bm25(seconds=seconds)] for seconds in (1, 2))
    (found,) = diff_cards(full_card(pipeline=first), full_card(pipeline=second)).differences
    assert (found.group, found.key) == ("parameters", "pipeline[0].parameters.seconds")


def test_a_missing_stage_is_told_value_by_value() -> None:
    found = diff_cards(full_card(), full_card(pipeline=full_card().pipeline[:2]))
    assert all(each.second is None for each in found.differences)
    assert "pipeline[2].name" in {each.key for each in found.differences}


def test_a_flag_is_no_number() -> None:
    first, second = (full_card(pipeline=[bm25(x=value)]) for value in (True, 1))
    assert not diff_cards(first, second).same
    assert diff_cards(second, full_card(pipeline=[bm25(x=1.0)])).same


def test_an_unknown_group_is_named() -> None:
    with pytest.raises(UnknownNameError, match="Did you mean 'timings'"):
        diff_cards(full_card(), full_card(), ignore=["timing"])


keys = st.text(max_size=6)
nested = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(keys, nested, max_size=4))
def test_any_parameters_have_facts_and_equal_themselves(parameters: dict[str, object]) -> None:
    card = full_card(pipeline=[StageCard(stage="s", name="n", parameters=parameters)])
    assert {fact.group for fact in facts(card)} <= set(GROUPS)
    assert diff_cards(card, card).same
