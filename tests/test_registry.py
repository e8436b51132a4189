"""A table of names costs nothing until a name is asked for, and says what is near."""

from __future__ import annotations

import collections
import sys

import pytest

from harness.errors import MissingExtraError, UnknownNameError
from harness.registry import Registry

TABLE = {"ordered": "collections:OrderedDict", "counter": "collections:Counter"}


def test_an_entry_is_what_the_table_points_at() -> None:
    registry = Registry("thing", TABLE)
    assert registry["ordered"] is collections.OrderedDict
    assert list(registry) == ["ordered", "counter"]
    assert len(registry) == 2
    assert "counter" in registry
    assert "other" not in registry


def test_nothing_is_imported_before_it_is_asked_for() -> None:
    sys.modules.pop("this", None)
    registry = Registry("poem", {"zen": "this:s"})
    assert "zen" in registry
    assert "this" not in sys.modules


def test_an_unknown_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownNameError) as caught:
        _ = Registry("thing", TABLE)["countr"]
    assert caught.value.nearest == ["counter"]
    assert caught.value.exit_code == 2
    with pytest.raises(UnknownNameError, match="Known: counter, ordered"):
        _ = Registry("thing", TABLE)["zzz"]
    assert str(UnknownNameError("account", "ada", [])) == "There is no account 'ada'. There is none at all."
    assert str(UnknownNameError("event", "9", [], "It has 8.")) == "There is no event '9'. It has 8."


def test_a_missing_extra_is_answered_with_the_pip_line() -> None:
    registry = Registry(
        "engine", {"fast": "no_such_package.core:Run"}, {"fast": ("no_such_package", "speed")}
    )
    with pytest.raises(MissingExtraError, match=r"pip install 'retrieval-harness\[speed\]'") as caught:
        _ = registry["fast"]
    assert caught.value.extra == "speed"


def test_a_broken_import_of_our_own_is_not_called_a_missing_extra() -> None:
    registry = Registry("engine", {"broken": "no_such_module:Run"}, {"broken": ("torch", "neural")})
    with pytest.raises(ModuleNotFoundError, match="no_such_module"):
        _ = registry["broken"]
