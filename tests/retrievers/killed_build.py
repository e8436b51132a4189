"""Programs that build an index of seeded vectors in a process of their own, which may be killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

PRELUDE = """
import json, os, signal, sys
from pathlib import Path
import numpy as np
from harness.records import Document, Query

count, kill_at, folder = int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])

def seeded(texts):  # "text 7" always gives the same numbers
    return [np.random.default_rng(int(text.split()[1])) for text in texts]

def documents(number):
    return (Document(f"d{i * 7919 % number:06}", "", f"text {i}") for i in range(number))

def highest():  # of this program alone: what getrusage says begins with the parent's
    line = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024

def told(done):
    if kill_at and done >= kill_at:
        os.kill(os.getpid(), signal.SIGKILL)
"""


def built(program: str, count: int, place: Path, cache: Path, kill_at: int = 0) -> tuple[int, dict[str, Any]]:
    """Exit status and what was told; the index is in ``place``.

    Args:
        program: follows the prelude, and prints what it tells as JSON.
        count: documents.
        place: a folder that is made for the index.
        cache: the cache folder.
        kill_at: documents encoded after which it is killed; 0 lets it end.
    """
    place.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", PRELUDE + program, str(count), str(kill_at), str(place)],
        env={**os.environ, "HARNESS_CACHE": str(cache)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode in (0, -signal.SIGKILL), done.stderr
    return done.returncode, json.loads(done.stdout or "{}")


def assert_goes_on(program: str, count: int, kill_at: int, folder: Path, names: Sequence[str]) -> None:
    """A build killed after its last chunk goes on there, and ends with the files of one never killed."""
    killed, _ = built(program, count, folder / "killed", folder / "cache", kill_at=kill_at)
    assert killed == -signal.SIGKILL
    assert not list((folder / "cache" / "building").iterdir()), "nothing is left lying about"
    _, again = built(program, count, folder / "again", folder / "cache")
    assert (again["stored"], again["encoded"]) == (kill_at, count - kill_at)
    _, whole = built(program, count, folder / "whole", folder / "empty")
    assert whole["run"] == again["run"]
    for name in names:
        assert (folder / "again" / name).read_bytes() == (folder / "whole" / name).read_bytes(), name


def assert_memory_stays(program: str, few: int, many: int, folder: Path, bytes_each: int) -> None:
    """More documents take less than half of their ``bytes_each`` in memory: ids and numbers grow alone."""
    (_, less), (_, more) = (built(program, n, folder / str(n), folder / f"cache {n}") for n in (few, many))
    assert more["memory"] - less["memory"] < (many - few) * bytes_each / 2
