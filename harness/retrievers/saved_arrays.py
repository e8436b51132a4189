"""Arrays and plain values in a folder: one file an array, mapped into memory when they are read.

Arrays are mapped copy-on-write: pages are read when they are touched and shared between processes, and no
search can change the file.
"""

from __future__ import annotations

import json
import mmap
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from harness.columns import StringColumn

VALUES: Final = "values.json"
WRITTEN_AT_ONCE: Final = 2**23
"""Bytes. Written at multiples of this, a file is kept in greater pieces by the system and mapped faster."""


class Saved(NamedTuple):
    """What a folder holds."""

    arrays: Mapping[str, npt.NDArray[Any]]
    values: Mapping[str, Any]

    def column(self, name: str) -> StringColumn:
        """The column that :func:`parts` took apart under this name."""
        return StringColumn(self.arrays[f"{name}_data"], self.arrays[f"{name}_offsets"])


def parts(name: str, column: StringColumn) -> dict[str, npt.NDArray[Any]]:
    """The two arrays of a column, named after it."""
    whole = column.compact()
    return {f"{name}_data": whole.data, f"{name}_offsets": whole.offsets}


def save_arrays(folder: Path, arrays: Mapping[str, npt.NDArray[Any]], values: Mapping[str, Any]) -> None:
    """Write arrays as ``NAME.npy`` and the values as JSON, all flushed to the disk.

    Raises:
        OSError: the folder cannot be written.
    """
    for name, array in arrays.items():
        with (folder / f"{name}.npy").open("wb", buffering=WRITTEN_AT_ONCE) as stream:
            _write(stream, array)
            stream.flush()
            os.fsync(stream.fileno())
    text = {"arrays": sorted(arrays), "values": dict(values)}
    (folder / VALUES).write_text(json.dumps(text, allow_nan=False), encoding="utf-8")


def release(array: npt.NDArray[Any]) -> None:
    """Give back the memory of what was read of a mapped array; touching it reads it again.

    The pages stay with the system as long as there is room. An array in memory, or one mapped copy-on-write
    that was changed, is none of this function's: of the first nothing happens, the second loses its changes.
    """
    base: Any = array
    while isinstance(base, np.ndarray):
        base = base.base
    if isinstance(base, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
        base.madvise(mmap.MADV_DONTNEED)


def _write(stream: BinaryIO, array: npt.NDArray[Any]) -> None:
    """What ``np.save`` writes; of an array in a file, only a block at a time is in memory."""
    if not array.ndim or not array.flags.c_contiguous or not array.nbytes:
        np.save(stream, array, allow_pickle=False)
        return
    np.lib.format.write_array_header_1_0(stream, np.lib.format.header_data_from_array_1_0(array))
    rows = max(1, WRITTEN_AT_ONCE * len(array) // array.nbytes)
    for start in range(0, len(array), rows):
        stream.write(array[start : start + rows].data)
        release(array)


def load_arrays(folder: Path) -> Saved:
    """Map the arrays of a folder and read its values.

    Raises:
        OSError, ValueError, KeyError: the files are absent or damaged.
    """
    about = json.loads((folder / VALUES).read_text(encoding="utf-8"))
    return Saved({name: _mapped(folder / f"{name}.npy") for name in about["arrays"]}, about["values"])


def _mapped(path: Path) -> npt.NDArray[Any]:
    # An empty array cannot be mapped; a plain view, since compiled code knows no subclass of arrays.
    try:
        return np.asarray(np.load(path, mmap_mode="c", allow_pickle=False))
    except ValueError:
        return np.asarray(np.load(path, allow_pickle=False))
