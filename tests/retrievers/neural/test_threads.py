"""Threads of the linear algebra: held to the number asked for, and given back."""

from __future__ import annotations

import pytest

from harness.errors import CommandError
from harness.retrievers.neural.threads import limited_threads
from tests.conftest import needs_neural


def counts() -> set[int]:
    """The threads of every library that is loaded, and of torch."""
    import numpy
    import torch
    from threadpoolctl import threadpool_info

    assert numpy.ones((2, 2)).any()
    return {each["num_threads"] for each in threadpool_info()} | {torch.get_num_threads()}


def test_all_libraries_are_held_and_given_back(monkeypatch: pytest.MonkeyPatch) -> None:
    needs_neural()
    before = counts()
    for number in (2, 1, 2):  # the libraries are looked for once, their threads set each time
        monkeypatch.setenv("HARNESS_THREADS", str(number))
        with limited_threads():
            assert counts() == {number}
        assert counts() == before


def test_no_number_of_threads_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HARNESS_THREADS", "many")
    with pytest.raises(CommandError, match="must be a whole number above 0, found 'many'"), limited_threads():
        pytest.fail("not refused")
