"""Files without a name: room on the disk for what would not fit into memory, gone with the process."""

from __future__ import annotations

import tempfile
from typing import IO

from harness.files import cache_folder


def nameless_file() -> IO[bytes]:
    """A file that goes with the process, however that ends.

    It lies in the cache folder, since what is meant for temporary files is memory on some machines; where
    there is none to be had, it lies among those.
    """
    folder = cache_folder() / "building"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return tempfile.TemporaryFile(dir=folder)
    except OSError:
        return tempfile.TemporaryFile()
