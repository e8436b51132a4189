"""What a process computes with: BLAS, threads, settings, the operating system. Nothing is imported for it."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from harness.runfiles.card import Runtime

VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "BLIS_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMBA_NUM_THREADS",
    "NUMBA_CPU_NAME",
    "NUMBA_DISABLE_JIT",
    "OPENBLAS_CORETYPE",
    "MKL_CBWR",
    "CUBLAS_WORKSPACE_CONFIG",
    "CUDA_VISIBLE_DEVICES",
    "PYTHONHASHSEED",
    "TOKENIZERS_PARALLELISM",
)
"""Environment variables that choose threads, kernels or determinism; no other variable is ever kept."""


def runtime() -> Runtime:
    """What this process computes with, as far as it has been loaded; call it after the work.

    BLAS and OpenMP libraries are named by threadpoolctl, with the kernels that they chose for this processor;
    without that package numpy's build configuration names its own BLAS.
    """
    pools = list(_pools())
    return Runtime(
        blas=sorted({_name(pool) for pool in pools if pool.get("user_api") == "blas"}) or list(_numpy_blas()),
        threads=_threads(pools),
        variables={name: value for name in VARIABLES if (value := _printable(os.environ.get(name)))},
        kernel=_printable(f"{platform.system()} {platform.release()}"),
        distribution=_distribution(),
    )


def _pools() -> Iterator[Mapping[str, Any]]:
    try:
        from threadpoolctl import threadpool_info
    except ImportError:
        return
    yield from threadpool_info()


def _name(pool: Mapping[str, Any]) -> str:
    parts = (pool.get("internal_api"), pool.get("version"), pool.get("architecture"))
    return " ".join(str(part) for part in parts if part)


def _numpy_blas() -> Iterator[str]:
    """The BLAS that numpy was built with, if numpy is loaded and says so."""
    numpy = sys.modules.get("numpy")
    if numpy is None:
        return
    found = numpy.show_config(mode="dicts").get("Build Dependencies", {}).get("blas", {})
    name = " ".join(str(found[key]) for key in ("name", "version") if found.get(key))
    if name:
        yield name


def _threads(pools: list[Mapping[str, Any]]) -> dict[str, int]:
    """Threads by library, sorted; of several copies of one library the largest number."""
    found: dict[str, int] = {}
    for pool in pools:
        name = str(pool.get("internal_api"))
        found[name] = max(found.get(name, 0), int(pool["num_threads"]))
    for name in ("numba", "torch"):
        module = sys.modules.get(name)
        ask = getattr(module, "get_num_threads", None)
        if ask is not None:
            found[name] = int(ask())
    return dict(sorted(found.items()))


def _distribution() -> str | None:
    """The distribution's own name on Linux; elsewhere the release of the system."""
    try:
        return _printable(platform.freedesktop_os_release().get("PRETTY_NAME"))
    except OSError:
        return _printable(platform.platform(terse=True))


def _printable(text: str | None) -> str | None:
    """One line without blanks at its ends, as cards need it, or None."""
    line = "".join(letter if letter.isprintable() else " " for letter in text or "").strip()
    return line or None
