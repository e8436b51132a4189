"""The run card: who made a run, what with, how and when; a YAML file beside the run."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import AfterValidator, BeforeValidator, Field, JsonValue

from harness.config import Strict, read_yaml
from harness.files import atomic_write

RUN_NAME, CARD_NAME = "run.trec.gz", "card.yaml"  # the two files of a record, side by side


def _line(text: str) -> str:
    if not text.strip() or text != text.strip() or not text.isprintable():
        raise ValueError("a line of printable text without blanks at its ends is needed")
    return text


def _name(text: str) -> str:
    if set(text) & set("/\\") or text in {".", ".."}:
        raise ValueError("the name is also a folder's name, so it holds no slash and is not '.' or '..'")
    return text


def _instant(value: Any) -> Any:
    """YAML reads an unquoted time as a datetime, not as text; both are welcome."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=value.tzinfo or UTC).isoformat()
    return value.isoformat() if isinstance(value, date) else value


def _utc(text: str) -> str:
    """Normalise to ``YYYY-MM-DDTHH:MM:SSZ`` so that texts sort as times do."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.utcoffset() is None:
        raise ValueError("an ISO 8601 time with its zone is needed, for example 2026-01-31T12:00:00Z")
    return moment.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise ValueError("a date is needed, for example 2026-01-31") from error


Line = Annotated[str, AfterValidator(_line)]
Day = Annotated[str, BeforeValidator(_instant), AfterValidator(_day)]
Name = Annotated[str, Field(max_length=100), AfterValidator(_line), AfterValidator(_name)]
Instant = Annotated[str, BeforeValidator(_instant), AfterValidator(_utc)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Url = Annotated[str, Field(pattern=r"^https?://\S+$")]
Count = Annotated[int, Field(ge=0)]
Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class StageCard(Strict):
    """One stage of a pipeline: what it was and what it did.

    Attributes:
        stage: the kind, for example ``retrieve`` or ``rerank``.
        name: the registered name, for example ``bm25``.
        depth: documents of each query that the stage kept, or re-ranked.
        checkpoint: the weights' name, with ``revision``: the hub's commit or their content's hash.
        seconds: wall time of the stage.
        facts: counts that the stage reports, for example calls and tokens.
        key: hash of everything the stage's output depends on.
        cached: the output was taken from an earlier run with the same key; the times are that run's.
        branches: of a fusion: the pipelines whose runs joined this one.
    """

    stage: Line
    name: Line
    parameters: Mapping[str, JsonValue] = {}
    depth: Annotated[int, Field(ge=1)] | None = None
    checkpoint: Line | None = None
    revision: Line | None = None
    seconds: Amount | None = None
    facts: Mapping[Line, JsonValue] = {}
    key: Sha256 | None = None
    cached: bool = False
    branches: list[list[StageCard]] = Field(default_factory=list)


class Hardware(Strict):
    """The machine; timings are compared only inside one ``machine_class``."""

    cpu: Line | None = None
    cores: Count | None = None
    memory_bytes: Count | None = None
    gpu: Line | None = None
    os: Line | None = None
    machine_class: Line | None = None


class Runtime(Strict):
    """What the process computed with: last digits of scores may depend on it.

    Attributes:
        blas: the linear algebra libraries that were loaded: name, version, kernels.
        threads: threads that a library may use, by its name.
        variables: environment variables that choose threads or determinism, as they were set.
        kernel, distribution: of the operating system.
    """

    blas: list[Line] = Field(default_factory=list)
    threads: Mapping[Line, Count] = {}
    variables: Mapping[Line, Line] = {}
    kernel: Line | None = None
    distribution: Line | None = None


class GitState(Strict):
    """The commit that was checked out, and whether the working tree differed from it."""

    commit: Annotated[str, Field(pattern=r"^[0-9a-f]{7,64}$")]
    dirty: bool


class Latency(Strict):
    """Percentiles of the time for one query, in milliseconds."""

    p50: Amount | None = None
    p95: Amount | None = None
    p99: Amount | None = None


class Timings(Strict):
    """Wall-clock times in seconds, as measured by whoever made the run."""

    index_seconds: Amount | None = None
    search_seconds: Amount | None = None
    queries_per_second: Amount | None = None
    latency_ms: Latency | None = None


class RunIdentity(Strict):
    """The run file: ``sha256`` of its canonical uncompressed text, rows, queries, ``bytes`` of that text."""

    sha256: Sha256
    rows: Count | None = None
    queries: Count | None = None
    bytes: Count | None = None


class Fingerprints(Strict):
    """Hashes of the data that the run was made on."""

    documents: Line | None = None
    queries: Line | None = None
    judgments: Line | None = None


class RunCard(Strict):
    """Everything about a run but its rankings; docs/run-files.md explains each field."""

    schema_version: Literal[1]
    system: Name
    dataset: Name
    split: Line | None = None
    family: Line
    description: Annotated[str, Field(min_length=1, max_length=5000)]
    pipeline: list[StageCard] = Field(default_factory=list)
    tag: Line | None = None
    created: Instant
    depth: Annotated[int, Field(ge=1)] | None = None
    input_fields: list[Line] = Field(default_factory=list)
    first_stage: Line | None = None
    training_data: Mapping[Line, Literal["declared", "none", "unknown"]] = {}
    training_evidence: Mapping[Line, Line] = {}
    authors: list[Line] = Field(default_factory=list)
    contact: Line | None = None
    anonymous_until: Day | None = None
    links: list[Url] = Field(default_factory=list)
    licence: Line | None = None
    code_licence: Line | None = None
    checkpoint: Line | None = None
    revision: Line | None = None
    seeds: Mapping[Line, int] = {}
    versions: Mapping[Line, Line] = {}
    git: GitState | None = None
    hardware: Hardware | None = None
    runtime: Runtime | None = None
    timings: Timings | None = None
    resources: Mapping[Line, JsonValue] = {}
    index: Mapping[Line, JsonValue] = {}
    run: RunIdentity
    fingerprints: Fingerprints | None = None


class _Dumper(yaml.SafeDumper):
    """SafeDumper that writes texts of several lines as blocks, so that people can read them.

    Texts with other breaks than newlines are quoted and escaped: PyYAML writes those bare and reads newlines.
    """


def _text(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    printable = all(line.isprintable() for line in text.split("\n"))
    style = ("|" if "\n" in text else None) if printable else '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)


def read_card(path: str | Path) -> RunCard:
    """Read a card.

    Raises:
        SpecError: the file is absent, is not YAML, or breaks the schema; one problem for each key path.
    """
    return read_yaml(Path(path), RunCard)


def write_card(card: RunCard, path: str | Path) -> None:
    """Write a card whole or not at all: keys in schema order, optional fields not given are left out."""
    fields = card.model_dump(mode="json", exclude_defaults=True)
    text = yaml.dump(fields, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)
    with atomic_write(Path(path)) as stream:
        stream.write(text.encode("utf-8"))
