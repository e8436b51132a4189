"""What a run cost, as its card says: one record of numbers that may be unknown."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

ACCOUNTS = {
    "calls": ("calls", "model_calls", "requests"),
    "tokens": ("tokens", "total_tokens"),
    "cost": ("cost", "cost_usd", "usd"),
    "joules": ("energy_joules", "joules"),
    "memory_bytes": ("peak_memory_bytes", "memory_bytes", "peak_rss_bytes"),
    "parameters": ("model_parameters", "parameters"),
}
"""Number to the keys under which stages' facts and the index's facts may have it; the first found counts."""

TOKEN_PARTS = ("prompt_tokens", "generated_tokens", "completion_tokens")
"""Facts that add up to the tokens where no total stands."""

SUMMED = frozenset({"calls", "tokens", "cost", "joules"})
"""Numbers that add up over stages; of the others the largest counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """Numbers of one run, None where the card does not say.

    Attributes:
        machine_class: cards compare by it; empty where it is unknown.
        query_ms: mean time for one query in milliseconds, all stages.
        p50_ms, p95_ms, p99_ms: percentiles of the same.
        queries_per_second: throughput as measured.
        index_seconds, index_bytes: building the index, and its size.
        memory_bytes: the most memory in use.
        parameters: of the model.
        calls, tokens, cost, joules: of all stages: calls of a model, tokens through it, money, energy.
    """

    machine_class: str = ""
    query_ms: float | None = None
    p50_ms: float | None = None
    p95_ms: float | None = None
    p99_ms: float | None = None
    queries_per_second: float | None = None
    index_seconds: float | None = None
    index_bytes: float | None = None
    memory_bytes: float | None = None
    parameters: float | None = None
    calls: float | None = None
    tokens: float | None = None
    cost: float | None = None
    joules: float | None = None


def costs_of(card: Mapping[str, Any]) -> Costs:
    """Read the numbers of a card in plain values; whatever is no number counts as unknown."""
    timings, index = _mapping(card.get("timings")), _mapping(card.get("index"))
    latency = _mapping(timings.get("latency_ms"))
    used = _tracked(_mapping(card.get("resources")))
    facts = [_accounts_of(each) for each in (index, *stage_facts(card), used)]
    counted = {name: _account(name, keys, facts) for name, keys in ACCOUNTS.items()}
    if counted["tokens"] is None:
        counted["tokens"] = _total([_number(each.get(part)) for each in facts for part in TOKEN_PARTS])
    qps = _number(timings.get("queries_per_second"))
    return Costs(
        machine_class=str(_mapping(card.get("hardware")).get("machine_class") or ""),
        query_ms=1000 / qps if qps else None,
        p50_ms=_number(latency.get("p50")),
        p95_ms=_number(latency.get("p95")),
        p99_ms=_number(latency.get("p99")),
        queries_per_second=qps,
        index_seconds=_number(timings.get("index_seconds")),
        index_bytes=_number(index.get("index_bytes")),
        **counted,
    )


def _accounts_of(facts: Mapping[str, Any]) -> Mapping[str, Any]:
    """The facts, less an index's own count of tokens: that is its size, and no model was paid for it."""
    return {key: value for key, value in facts.items() if key != "tokens" or "index_bytes" not in facts}


def _tracked(resources: Mapping[str, Any]) -> Mapping[str, Any]:
    """What tirex-tracker measured, under the names of :data:`ACCOUNTS`; its memory is in kilobytes."""
    memory = _number(resources.get("ram_used_process_kb_max"))
    energy = [_number(resources.get(f"{part}_energy_system_joules")) for part in ("cpu", "ram", "gpu")]
    return {"memory_bytes": None if memory is None else memory * 1000, "joules": _total(energy)}


def stages_of(card: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Every stage of a card's pipeline, those of a fusion's branches before the fusion itself."""
    yield from _stages(card.get("pipeline"))


def stage_facts(card: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The facts that each stage reports."""
    return (_mapping(stage.get("facts")) for stage in stages_of(card))


def _stages(pipeline: Any) -> Iterator[Mapping[str, Any]]:
    for stage in pipeline or ():
        if isinstance(stage, Mapping):
            for branch in stage.get("branches") or ():
                yield from _stages(branch)
            yield stage


def _account(name: str, keys: tuple[str, ...], facts: list[Mapping[str, Any]]) -> float | None:
    found = [next((n for key in keys if (n := _number(each.get(key))) is not None), None) for each in facts]
    if name in SUMMED:
        return _total(found)
    return max((number for number in found if number is not None), default=None)


def _total(numbers: list[float | None]) -> float | None:
    known = [number for number in numbers if number is not None]
    return math.fsum(known) if known else None


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or value < 0:
        return None
    return float(value)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
