"""Operations of the processor on 64-bit words, for code that numba compiles.

Each function here writes LLVM instructions; the names at the end are what the kernel calls.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from llvmlite import ir
from numba import types

from harness.evaluation.kernel.memory import I1, I8, I64, I128, U64, operation

BLOCK = 64  # bytes that `classify` looks at


def _word_at(_context: Any, address: Any) -> Any:
    """Eight bytes as a u64, the first byte lowest."""

    def build(_target: Any, builder: Any, _signature: Any, arguments: Sequence[Any]) -> Any:
        value = builder.load(builder.inttoptr(arguments[0], I64.as_pointer()))
        value.align = 1
        return value

    return types.uint64(types.int64), build


def _trailing_zeros(_context: Any, value: Any) -> Any:
    """Zeros below the lowest one of a u64; 64 if there is none."""

    def build(_target: Any, builder: Any, _signature: Any, arguments: Sequence[Any]) -> Any:
        return builder.cttz(arguments[0], ir.Constant(I1, 0))

    return types.int64(types.uint64), build


def _count_ones(_context: Any, value: Any) -> Any:
    """Ones in a u64."""

    def build(_target: Any, builder: Any, _signature: Any, arguments: Sequence[Any]) -> Any:
        return builder.ctpop(arguments[0])

    return types.int64(types.uint64), build


def _leading_zeros(_context: Any, value: Any) -> Any:
    """Zeros above the highest one of a u64 that is not 0."""

    def build(_target: Any, builder: Any, _signature: Any, arguments: Sequence[Any]) -> Any:
        return builder.ctlz(arguments[0], ir.Constant(I1, 1))

    return types.int64(types.uint64), build


def _big_endian(_context: Any, value: Any) -> Any:
    """A u64 with its bytes in the opposite order, so that comparing numbers compares bytes."""

    def build(_target: Any, builder: Any, _signature: Any, arguments: Sequence[Any]) -> Any:
        return builder.bswap(arguments[0])

    return types.uint64(types.uint64), build


def _high_product(_context: Any, a: Any, b: Any) -> Any:
    """The upper 64 bits of the product of two u64."""

    def build(_target: Any, builder: Any, _signature: Any, arguments: Sequence[Any]) -> Any:
        a, b = (builder.zext(item, I128) for item in arguments)
        return builder.trunc(builder.lshr(builder.mul(a, b), ir.Constant(I128, 64)), I64)

    return types.uint64(types.uint64, types.uint64), build


def _as_double(_context: Any, bits: Any) -> Any:
    """The double with these 64 bits."""

    def build(_target: Any, builder: Any, _signature: Any, arguments: Sequence[Any]) -> Any:
        return builder.bitcast(arguments[0], ir.DoubleType())

    return types.float64(types.uint64), build


def _bits_of(_context: Any, value: Any) -> Any:
    """The 64 bits of a double."""

    def build(_target: Any, builder: Any, _signature: Any, arguments: Sequence[Any]) -> Any:
        return builder.bitcast(arguments[0], I64)

    return types.uint64(types.float64), build


def _classify(_context: Any, address: Any) -> Any:
    """Look at 64 bytes at once: four u64 with a bit for each byte.

    They mark ASCII white space, newlines, control characters (and DEL), and bytes that are not ASCII.
    LLVM turns the comparisons into whatever vector instructions the processor has.
    """
    masks = types.Tuple((types.uint64,) * 4)  # type: ignore[no-untyped-call]

    def build(target: Any, builder: Any, _signature: Any, arguments: Sequence[Any]) -> Any:
        vector = ir.VectorType(I8, BLOCK)

        def each(value: int) -> Any:
            return ir.Constant(vector, [ir.Constant(I8, value)] * BLOCK)

        data = builder.load(builder.inttoptr(arguments[0], vector.as_pointer()))
        data.align = 1
        other_space = builder.icmp_unsigned("<", builder.sub(data, each(9)), each(5))  # \t \n \v \f \r
        space = builder.or_(builder.icmp_unsigned("==", data, each(32)), other_space)
        low = builder.icmp_unsigned("<", data, each(32))
        control = builder.and_(low, builder.not_(other_space))
        control = builder.or_(control, builder.icmp_unsigned("==", data, each(127)))
        newline = builder.icmp_unsigned("==", data, each(10))
        high = builder.icmp_signed("<", data, each(0))
        found = [builder.bitcast(mask, I64) for mask in (space, newline, control, high)]
        return target.make_tuple(builder, masks, found)

    return masks(types.int64), build


def _not_graphic(_context: Any, address: Any) -> Any:
    """Look at 64 bytes at once: a u64 with a bit for each byte that is no visible ASCII character."""

    def build(_target: Any, builder: Any, _signature: Any, arguments: Sequence[Any]) -> Any:
        vector = ir.VectorType(I8, BLOCK)
        data = builder.load(builder.inttoptr(arguments[0], vector.as_pointer()))
        data.align = 1
        first, count = (ir.Constant(vector, [ir.Constant(I8, value)] * BLOCK) for value in (33, 94))
        other = builder.icmp_unsigned(">=", builder.sub(data, first), count)
        return builder.bitcast(other, I64)

    return types.uint64(types.int64), build


def _differs(_context: Any, a: Any, b: Any) -> Any:
    """Compare twice 64 bytes: a u64 with a bit for each byte that differs."""

    def build(_target: Any, builder: Any, _signature: Any, arguments: Sequence[Any]) -> Any:
        vectors = []
        for address in arguments:
            vector = builder.load(builder.inttoptr(address, ir.VectorType(I8, BLOCK).as_pointer()))
            vector.align = 1
            vectors.append(vector)
        return builder.bitcast(builder.icmp_unsigned("!=", *vectors), I64)

    return types.uint64(types.int64, types.int64), build


def _signed(_context: Any, value: Any) -> Any:
    """A u64 as int64, all bits kept."""

    def build(_target: Any, _builder: Any, _signature: Any, arguments: Sequence[Any]) -> Any:
        return arguments[0]

    return types.int64(types.uint64), build


word_at: Callable[[int], U64] = operation(_word_at)
trailing_zeros: Callable[[U64], int] = operation(_trailing_zeros)
count_ones: Callable[[U64], int] = operation(_count_ones)
leading_zeros: Callable[[U64], int] = operation(_leading_zeros)
big_endian: Callable[[U64], U64] = operation(_big_endian)
high_product: Callable[[U64, U64], U64] = operation(_high_product)
as_double: Callable[[U64], float] = operation(_as_double)
bits_of: Callable[[float], U64] = operation(_bits_of)
classify: Callable[[int], tuple[U64, U64, U64, U64]] = operation(_classify)
differs: Callable[[int, int], U64] = operation(_differs)
not_graphic: Callable[[int], U64] = operation(_not_graphic)
signed: Callable[[U64], int] = operation(_signed)
