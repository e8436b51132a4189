"""What a run used, measured by tirex-tracker if it is here (https://github.com/tira-io/tirex-tracker)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

MEASURES: Final = (
    "TIME_ELAPSED_WALL_CLOCK_MS",
    "TIME_ELAPSED_USER_MS",
    "TIME_ELAPSED_SYSTEM_MS",
    "CPU_USED_PROCESS_PERCENT",
    "CPU_ENERGY_SYSTEM_JOULES",
    "RAM_USED_PROCESS_KB",
    "RAM_ENERGY_SYSTEM_JOULES",
    "GPU_USED_PROCESS_PERCENT",
    "GPU_VRAM_USED_PROCESS_MB",
    "GPU_ENERGY_SYSTEM_JOULES",
    "VERSION_MEASURE",
)
"""What is asked for: use, not identity. Hardware and versions have keys of their own in the card."""
_AGGREGATES = ("max", "avg")


@dataclass(slots=True)
class Tracked:
    """``measures`` is empty until the block ends, and stays so without the package."""

    measures: Mapping[str, float | str] = field(default_factory=dict)


@contextmanager
def tracked() -> Iterator[Tracked]:
    """Measure what a block uses: time, memory, energy; whatever cannot be measured here is left out.

    Names are the tracker's in lower case; of a series in time the greatest value and the mean are kept as
    ``…_max`` and ``…_avg``. The tracker never decides whether a run succeeds: where it fails, there are none.
    """
    used = Tracked()
    try:
        import tirex_tracker as tracker

        wanted = [getattr(tracker.Measure, name) for name in MEASURES if hasattr(tracker.Measure, name)]
        handle = tracker.start_tracking(wanted)
    except (ImportError, OSError, RuntimeError):
        yield used
        return
    found: Any = {}
    try:
        yield used
    finally:
        try:
            found = tracker.stop_tracking(handle)
        except (OSError, RuntimeError):
            found = {}
    used.measures = dict(_facts({key.name: entry.value for key, entry in found.items()}))


def _facts(values: Mapping[str, Any]) -> Iterator[tuple[str, float | str]]:
    """Plain values of the tracker's texts: numbers, or objects that sum up a series."""
    for name in sorted(values):
        raw = values[name]
        text = raw.decode("utf-8", "replace") if isinstance(raw, bytes) else str(raw)
        key = "tirex_tracker_version" if name == "VERSION_MEASURE" else name.lower()
        try:
            value = json.loads(text)
        except ValueError:
            value = text
        if isinstance(value, dict):
            for kind in _AGGREGATES:
                if isinstance(value.get(kind), int | float):
                    yield f"{key}_{kind}", value[kind]
        elif isinstance(value, int | float | str) and not isinstance(value, bool) and value != "":
            yield key, value
