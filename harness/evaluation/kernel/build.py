"""Compile the kernel; the only module that makes numba load when a run is scored."""

from __future__ import annotations

from typing import Any

import numba
from numba import types

from harness.evaluation.kernel.block import score_block
from harness.evaluation.kernel.index import index_judgments
from harness.evaluation.kernel.layout import SCORE
from harness.evaluation.kernel.memory import compiled


@compiled
def kernel(task: int, args: int) -> int:
    """Do a task with the arguments at address ``args``."""
    if task == SCORE:
        return score_block(args)
    return index_judgments(args)


def native_object() -> tuple[str, bytes]:
    """The kernel's symbol, and a relocatable object file that refers to nothing outside the C library."""
    signature = types.int64(types.int64, types.int64)
    dispatcher: Any = kernel
    dispatcher.compile(signature.args)
    result = dispatcher.overloads[signature.args]
    return result.fndesc.llvm_func_name, bytes(result.library._get_compiled_object())


COMPILER = f"numba {numba.__version__}"
