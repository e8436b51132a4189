"""Loads and stores at raw addresses, for code that numba compiles.

Arrays would bring numba's runtime and its reference counting along; bare addresses need neither, so the
compiled object stands alone and can be loaded without importing numba. ``base`` is an address, ``index``
counts items, ``address`` counts bytes. Integers are int64 but where a name says ``u64``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import numba
import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

F = TypeVar("F", bound=Callable[..., Any])
U64 = np.uint64
I1, I8, I32, I64, I128 = (ir.IntType(bits) for bits in (1, 8, 32, 64, 128))
DOUBLE = ir.DoubleType()


STANDALONE: Any = {"error_model": "numpy", "no_cpython_wrapper": True, "no_cfunc_wrapper": True}
"""C's arithmetic without exceptions, and no wrappers for Python."""


def compiled(function: F) -> F:
    """Compile a function of the kernel."""
    made: F = numba.njit(**STANDALONE)(function)
    return made


def inlined(function: F) -> F:
    """Compile into every caller: for what runs once a line or more often."""
    made: F = numba.njit(forceinline=True, **STANDALONE)(function)
    return made


def operation(function: Callable[..., Any]) -> Any:
    """Make something that the kernel's code can call out of a function that writes LLVM instructions."""
    return intrinsic(function)


def _pointer(builder: Any, kind: Any, base: Any, index: Any) -> Any:
    # An address made by getelementptr is one that LLVM knows to follow the one before, so it can vectorise.
    return builder.gep(builder.inttoptr(base, kind.as_pointer()), [index])


def _load(kind: Any, result: Any) -> Any:
    """A load of items of one kind: ``load(base, index)``."""

    @intrinsic
    def load(_context: Any, base: Any, index: Any) -> Any:
        def build(_target: Any, builder: Any, _signature: Any, arguments: Sequence[Any]) -> Any:
            value = builder.load(_pointer(builder, kind, *arguments))
            value.align = 1
            if kind is DOUBLE or kind.width == 64:
                return value
            return builder.zext(value, I64) if kind.width == 8 else builder.sext(value, I64)

        return result(types.int64, types.int64), build

    return load


def _store(kind: Any, taken: Any) -> Any:
    """A store of items of one kind: ``store(base, index, value)``."""

    @intrinsic
    def store(_context: Any, base: Any, index: Any, value: Any) -> Any:
        def build(target: Any, builder: Any, _signature: Any, arguments: Sequence[Any]) -> Any:
            base, index, value = arguments
            if kind is not DOUBLE and kind.width < 64:
                value = builder.trunc(value, kind)
            written = builder.store(value, _pointer(builder, kind, base, index))
            written.align = 1
            return target.get_dummy_value()

        return types.void(types.int64, types.int64, taken), build

    return store


byte_at: Callable[[int, int], int] = _load(I8, types.int64)
int32_at: Callable[[int, int], int] = _load(I32, types.int64)
int64_at: Callable[[int, int], int] = _load(I64, types.int64)
u64_at: Callable[[int, int], U64] = _load(I64, types.uint64)
double_at: Callable[[int, int], float] = _load(DOUBLE, types.float64)
put_int32: Callable[[int, int, int], None] = _store(I32, types.int64)
put_int64: Callable[[int, int, int], None] = _store(I64, types.int64)
put_u64: Callable[[int, int, U64], None] = _store(I64, types.uint64)
put_double: Callable[[int, int, float], None] = _store(DOUBLE, types.float64)
