"""The compiled kernel, from a cache on the disk.

Loading the object through llvmlite takes a tenth of the time that importing numba and its cached code
takes, which is most of what scoring one small run costs.
"""

from __future__ import annotations

import ctypes
import hashlib
import importlib.metadata
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

import llvmlite.binding as llvm

from harness.files import atomic_write, cache_folder

SOURCES = (
    "block.py",
    "build.py",
    "decimals.py",
    "index.py",
    "layout.py",
    "machine.py",
    "memory.py",
    "powers.py",
    "ranking.py",
    "rows.py",
    "strings.py",
    "tokens.py",
)

Kernel = Callable[[int, int], int]
"""Task and address of the arguments in, FINE or REFUSED out."""

_engines: list[object] = []  # code is unmapped when its engine goes


@cache
def _cached_object() -> Path:
    """The file for these sources, this compiler and this processor."""
    key = hashlib.sha256()
    for name in SOURCES:
        key.update(Path(__file__).with_name(name).read_bytes())
    versions = [importlib.metadata.version(name) for name in ("numba", "llvmlite")]
    machine = [llvm.get_host_cpu_name(), llvm.get_host_cpu_features().flatten(), sys.platform]
    key.update("\n".join(versions + machine).encode())
    return cache_folder() / f"kernel-{key.hexdigest()[:24]}.o"


def is_built() -> bool:
    """Whether the kernel is compiled already, so that using it costs little."""
    return _cached_object().is_file()


@cache
def kernel() -> Kernel:
    """The kernel, compiled first if the cache does not hold it (some seconds)."""
    path = _cached_object()
    try:
        return _load(*_unpack(path.read_bytes()))
    except (OSError, ValueError):
        pass  # absent or damaged: compile it
    from harness.evaluation.kernel.build import native_object

    symbol, code = native_object()
    try:
        with atomic_write(path) as stream:
            stream.write(_pack(symbol, code))
    except OSError:
        pass  # a cache that cannot be written costs time, not results
    return _load(symbol, code)


def _pack(symbol: str, code: bytes) -> bytes:
    body = symbol.encode() + b"\n" + code
    return hashlib.sha256(body).hexdigest().encode() + b"\n" + body


def _unpack(packed: bytes) -> tuple[str, bytes]:
    digest, _, body = packed.partition(b"\n")
    if hashlib.sha256(body).hexdigest().encode() != digest:
        raise ValueError("the cached object is damaged")
    symbol, _, code = body.partition(b"\n")
    return symbol.decode(), code


def _load(symbol: str, code: bytes) -> Kernel:
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    machine = llvm.Target.from_default_triple().create_target_machine()
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), machine)
    engine.add_object_file(llvm.ObjectFileRef.from_data(code))
    engine.finalize_object()
    _engines.append(engine)
    pointer, number = ctypes.c_void_p, ctypes.c_int64
    # numba's calling convention: where the result goes, where an exception would go, then the arguments
    entry = ctypes.CFUNCTYPE(ctypes.c_int32, pointer, pointer, number, number)(
        engine.get_function_address(symbol)
    )

    def call(task: int, args: int) -> int:
        result, error = number(-1), pointer()
        entry(ctypes.byref(result), ctypes.byref(error), task, args)
        return result.value

    return call
