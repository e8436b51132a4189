"""What a process computed with, and what it used."""

from __future__ import annotations

import importlib.util
import os
import sys

import numpy as np
import pytest

from harness.runfiles.runtime import VARIABLES, runtime
from harness.runfiles.tracking import tracked


def test_threads_and_settings_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    import numba

    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    found = runtime()
    assert found.variables["OMP_NUM_THREADS"] == "1"
    assert found.threads["numba"] == numba.get_num_threads()
    assert found.kernel == f"{os.uname().sysname} {os.uname().release}"


def test_only_variables_of_the_list_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_PASSWORD", "secret")
    monkeypatch.setenv("MKL_CBWR", "  ")
    found = runtime()
    assert set(found.variables) <= set(VARIABLES) - {"MKL_CBWR"}
    assert "secret" not in found.model_dump_json()


def test_without_threadpoolctl_numpy_names_its_blas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "threadpoolctl", None)
    blas = np.show_config(mode="dicts")["Build Dependencies"]["blas"]  # type: ignore[index]
    assert runtime().blas == [f"{blas['name']} {blas['version']}"]


def test_without_the_tracker_nothing_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tirex_tracker", None)
    with tracked() as used:
        total = sum(range(1000))
    assert (total, used.measures) == (499500, {})


def test_the_tracker_measures_a_block() -> None:
    if importlib.util.find_spec("tirex_tracker") is None:
        pytest.skip("pip install 'retrieval-harness[tracking]'")
    with tracked() as used:
        _ = [np.ones(1000) for _ in range(1000)]
    assert float(used.measures["time_elapsed_wall_clock_ms"]) >= 0
    assert float(used.measures["ram_used_process_kb_max"]) > 0
    assert "null" not in used.measures.values()


def test_an_error_inside_the_block_is_the_callers() -> None:
    with pytest.raises(ZeroDivisionError), tracked() as used:
        _ = 1 / 0
    assert used.measures == {}
