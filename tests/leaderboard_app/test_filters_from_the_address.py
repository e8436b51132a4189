"""Every filter works from the address alone, on the page and in its first paint."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from harness.store.engine import connect
from harness.store.writing import RunEntry, replace_board
from leaderboard_app.first_paint import first_paint
from tests.leaderboard_app.boards import BM25, OVERLAP, dataset, large_board, run
from tests.leaderboard_app.conftest import Open


def made(system: str, created: str, reproduced: dict[str, str], **card: object) -> RunEntry:
    """A run on alpha whose card says more than usual."""
    entry = run("alpha", system, BM25, family="dense" if system == "new" else "lexical")
    return replace(entry, created=created, reproduced=reproduced, card=entry.card | card)


@pytest.fixture
def board(store: str) -> str:
    """Three systems on alpha that differ in all that one can filter by; one of them on beta, too."""
    entries = [
        dataset("alpha", "A"),
        dataset("beta", "B"),
        made(
            "old",
            "2025-01-01T00:00:00Z",
            {"time": "2026-02-01T00:00:00Z", "verdict": "reproduced"},
            licence="MIT",
            training_data={"alpha": "none"},
            index={"index_bytes": 500_000, "model_parameters": 22_000_000},
        ),
        made(
            "new",
            "2026-06-01T00:00:00Z",
            {},
            licence="CC BY 4.0",
            training_data={"alpha": "declared"},
            index={"index_bytes": 50_000_000, "model_parameters": 7_000_000_000},
        ),
        made("silent", "2026-03-01T00:00:00Z", {"time": "2026-04-01T00:00:00Z", "verdict": "failed"}),
        run("beta", "new", OVERLAP),
    ]
    replace_board(connect(store, create=True), entries)
    return store


FILTERS = [
    ({"family": "dense"}, ["new"]),
    ({"family": ["dense", "lexical"]}, ["new", "old", "silent"]),
    ({"licence": "MIT"}, ["old"]),
    ({"licence": "not stated"}, ["silent"]),
    ({"training": "declared"}, ["new"]),
    ({"training": ["none", "unknown"]}, ["old", "silent"]),
    ({"since": "2026-03-01"}, ["new", "silent"]),
    ({"size": "1 MB"}, ["old"]),
    ({"size": "100 MB"}, ["new", "old"]),
    ({"model": "50 M"}, ["old"]),
    ({"model": "10 B"}, ["new", "old"]),
    ({"reproduced": "true"}, ["old"]),
    ({"find": "NEW"}, ["new"]),
    ({"licence": "MIT", "model": "50 M", "reproduced": "true"}, ["old"]),
]


@pytest.mark.parametrize(("address", "left"), FILTERS)
def test_a_filter_in_the_address_is_a_filter_of_the_page(
    board: str, visit: Open, address: dict[str, str | list[str]], left: list[str]
) -> None:
    app = visit(benchmark="own", datasets="alpha", **address)
    assert sorted(app.dataframe[0].value["system"]) == left
    items = [("benchmark", "own"), ("datasets", "alpha")]
    for name, value in address.items():
        items += [(name, each) for each in ([value] if isinstance(value, str) else value)]
    assert sorted(re.findall(r'<td><a href="[^"]*">([^<]*)</a>', first_paint(items))) == left


def test_complete_only_leaves_out_systems_that_lack_a_data_set(board: str, visit: Open) -> None:
    app = visit(benchmark="own", datasets=["alpha", "beta"], complete="true")
    assert list(app.dataframe[0].value["system"]) == ["new"]


def test_the_size_of_models_is_a_column(board: str, visit: Open) -> None:
    app = visit(benchmark="own", datasets="alpha")
    sizes = dict(zip(app.dataframe[0].value["system"], app.dataframe[0].value["model size"], strict=True))
    assert sizes["new"] == 7_000_000_000
    assert sizes["old"] == 22_000_000
    assert "model size" not in app.dataframe[0].proto.column_order  # on request


def test_a_value_that_no_system_has_is_told_and_left_out(board: str, visit: Open) -> None:
    app = visit(benchmark="own", datasets="alpha", family=["dense", "nosuch"])
    assert list(app.dataframe[0].value["system"]) == ["new"]
    assert [told.value for told in app.toast] == [
        "The address asks for \\'nosuch\\' under “Family”, which is no choice here and is left out."
    ]
    items = [("benchmark", "own"), ("datasets", "alpha"), ("family", "nosuch")]
    shown = re.findall(r'<td><a href="[^"]*">([^<]*)</a>', first_paint(items))
    assert sorted(shown) == ["new", "old", "silent"], "as the table that takes its place"


@pytest.mark.parametrize(
    ("page", "given", "label"),
    [
        ("board", {"columns": "nosuch"}, "Columns to show"),
        ("board", {"since": "2026-99-99"}, "Made since"),
        ("board", {"reproduced": "maybe"}, "Reproduced only"),
        ("history", {"as_of": "nosuch"}, "Day"),
    ],
)
def test_a_value_that_no_choice_has_is_told(
    full: str, visit: Open, page: str, given: dict[str, str], label: str
) -> None:
    told = [toast.value.replace("\\", "") for toast in visit(page, **given).toast]
    (value,) = given.values()
    assert told == [
        f"The address asks for '{value}' under “{label}”, which is no choice here and is left out."
    ]


def test_systems_beyond_those_that_can_be_compared_are_told(store: str, visit: Open) -> None:
    large_board(store, systems=10, datasets=1)
    names = [f"s{i:04}" for i in range(10)]
    app = visit("compare", dataset="set00", systems=names)
    assert app.multiselect(key="systems").value == names[:8]
    (told,) = app.toast
    assert "has 10 under “Systems”; the first 8 are taken, not s0008, s0009." in told.value.replace("\\", "")


def test_a_day_to_come_has_no_board_and_a_day_before_all_runs_an_empty_one(full: str, visit: Open) -> None:
    app = visit(as_of="9999-12-31")
    assert ["has not come yet" in warning.value for warning in app.warning] == [True]
    assert not app.dataframe
    assert first_paint([("as_of", "9999-12-31")]) == ""
    app = visit(as_of="2020-01-31")
    assert "No system had a run on these data sets at the end of that day." in [i.value for i in app.info]
