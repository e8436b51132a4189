"""Programs that build an index of seeded vectors in a process of their own, which may be killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
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
