"""A PostgreSQL server for the tests that need one."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import needed


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A PostgreSQL server of our own, on a socket in a temporary folder."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin")) if Path("/usr/lib/postgresql").is_dir() else []
    binaries = found[-1] if found else None
    needed("postgres", binaries is not None, "apt-get install postgresql")
    assert binaries is not None
    folder = tmp_path_factory.mktemp("postgres")
    data = folder / "data"
    as_user: list[str] = []
    if os.geteuid() == 0:  # the server refuses to run as root
        for path in (folder, *folder.parents):
            if path.stat().st_uid == 0 and path.name.startswith(("pytest", "popen")):
                path.chmod(0o755)
        shutil.chown(folder, "postgres")
        as_user = ["runuser", "-u", "postgres", "--"]

    def call(*command: str, check: bool = True) -> None:
        subprocess.run([*as_user, *command], check=check, capture_output=True, cwd=folder)

    call(str(binaries / "initdb"), "-D", str(data), "-A", "trust", "-U", "harness", "-E", "UTF8", "--no-sync")
    options = f"-c listen_addresses='' -k {folder} -c fsync=off"
    call(str(binaries / "pg_ctl"), "-D", str(data), "-w", "-l", str(folder / "log"), "-o", options, "start")
    yield f"postgresql+psycopg://harness@/postgres?host={folder}"
    call(str(binaries / "pg_ctl"), "-D", str(data), "-m", "immediate", "stop", check=False)
