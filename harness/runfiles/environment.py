"""What a card says about the machine and the code: package versions, hardware, git state. No network."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from importlib import metadata
from pathlib import Path

from harness.runfiles.card import GitState, Hardware

TIMEOUT_SECONDS = 10.0


def versions(packages: Iterable[str]) -> dict[str, str]:
    """Installed versions by package name, sorted; ``python`` is the interpreter; absent ones are left out."""
    found: dict[str, str] = {}
    for package in sorted(set(packages)):
        try:
            found[package] = platform.python_version() if package == "python" else metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return found


def hardware() -> Hardware:
    """This machine; what cannot be found out is None."""
    cpu, cores, memory, gpu = _cpu(), _cores(), _memory(), _gpu()
    system = f"{platform.system()} {platform.machine()}".strip()
    return Hardware(
        cpu=cpu,
        cores=cores,
        memory_bytes=memory,
        gpu=gpu,
        os=system or None,
        machine_class=machine_class(cores=cores, memory_bytes=memory, cpu=cpu, gpu=gpu),
    )


def machine_class(
    *, cores: int, memory_bytes: int | None, cpu: str | None = None, gpu: str | None = None
) -> str:
    """Processor, cores and memory in GiB, and the GPU if there is one, in one line.

    Two machines of one class may have their timings compared.
    """
    parts = [cpu or "unknown processor", f"{cores} cores"]
    parts += [f"{round(memory_bytes / 2**30)} GiB"] if memory_bytes else []
    parts += [gpu] if gpu else []
    return ", ".join(parts)


def git_state(folder: Path) -> GitState | None:
    """Commit and cleanliness of the repository that holds ``folder``; None where there is none, or no git."""
    commit = _output(["git", "-C", str(folder), "rev-parse", "--verify", "HEAD"])
    changes = _output(["git", "-C", str(folder), "status", "--porcelain"])
    if not commit or changes is None:
        return None
    return GitState(commit=commit, dirty=bool(changes))


def _output(command: Sequence[str]) -> str | None:
    """Standard output of a program, or None if it is absent, fails or takes too long."""
    if shutil.which(command[0]) is None:
        return None
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, errors="replace", timeout=TIMEOUT_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def _cpu() -> str | None:
    """The processor's own name on Linux; elsewhere what the platform module knows."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    named = [line.partition(":")[2] for line in lines if line.startswith("model name")]
    return " ".join((named[0] if named else platform.processor() or platform.machine()).split()) or None


def _cores() -> int:
    """Cores that this process may use, which in a container are fewer than the machine has."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else (os.cpu_count() or 1)


def _memory() -> int | None:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return None


def _gpu() -> str | None:
    names = _output(["nvidia-smi", "--query-gpu=name", "--format=csv,noheader"])
    return ", ".join(line.strip() for line in names.splitlines()) or None if names else None
