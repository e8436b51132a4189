"""Hits from wherever a run is: in memory, or in a file by the kernel or by the strict reader."""

from __future__ import annotations

import sys
from pathlib import Path

from harness.errors import RunFileError
from harness.evaluation.hits import Hits
from harness.evaluation.judgments import Judgments
from harness.evaluation.matching import hits_of_run
from harness.rankings import Run
from harness.runfiles.limits import Limits

COMPILE_AFTER = 128 * 2**20
"""Bytes of run files to read the slow way before the kernel is compiled, once for all processes.

Compiling takes as long as reading two or three times this much; a compiled kernel is always used.
"""

_read_slowly = 0


def hits_of(run: Run | str | Path, judgments: Judgments, score_precision: str) -> Hits:
    """The judged documents of a run with their ranks.

    Raises:
        RunFileError: the file is malformed; every problem with its line. Or it is a pipe.
    """
    if isinstance(run, Run):
        return hits_of_run(run, judgments, score_precision)
    path, limits = Path(run), Limits()
    if path.exists() and not path.is_file() and not path.is_dir():
        raise RunFileError(
            f"{path} is a pipe, which can be read but once, and a run is looked at more often. "
            "Write it to a file first; the command `harness evaluate` does so by itself."
        )
    if _kernel_pays(path):
        from harness.evaluation.kernel.scoring import hits_of_file

        hits = hits_of_file(path, judgments, score_precision, limits)
        if hits is not None:
            return hits
    from harness.runfiles.reader import read_run

    return hits_of_run(read_run(path, limits=limits), judgments, score_precision)


def _kernel_pays(path: Path) -> bool:
    global _read_slowly
    if sys.byteorder != "little":
        return False  # it takes words of eight bytes apart from the low end
    from harness.evaluation.kernel.native import is_built

    if is_built() or _read_slowly >= COMPILE_AFTER:
        return True
    try:
        _read_slowly += path.stat().st_size
    except OSError:
        return False  # the reader says what is wrong with it
    return _read_slowly >= COMPILE_AFTER
