"""Rules between the keys of an entry, and between entries, that a schema cannot say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from harness.datasets.spec import Counts, DatasetSpec
from harness.errors import Problem
from harness.words import many

BINARY = re.compile(r"^(AP|RR|R|P|Success|Rprec|SetR|SetP|Bpref)(\(|@|$)")


def crosscheck(name: str, spec: DatasetSpec, known: Mapping[str, DatasetSpec | None]) -> list[Problem]:
    """Problems of one entry, with key paths that start with its name.

    Args:
        name: the entry's name.
        spec: the entry.
        known: every name of the catalogue; ``None`` for an entry whose own keys are wrong.
    """
    found = [*_source_or_parts(spec), *_counts(spec), *_quirks(spec), *_repeats(spec)]
    found += [*_parts(name, spec, known), *_runs_from(name, spec, known)]
    return [Problem(f"{name}.{where}" if where else name, message) for where, message in found]


def _source_or_parts(spec: DatasetSpec) -> Iterator[Problem]:
    if spec.source is None and not spec.parts:
        yield Problem("", "expected one of the keys 'source' and 'parts', found neither.")
    elif spec.source is not None and spec.parts:
        yield Problem("", "expected one of the keys 'source' and 'parts', found both.")


def _counts(spec: DatasetSpec) -> Iterator[Problem]:
    if spec.counts is None:
        if spec.source is not None:
            yield Problem("counts", "this key is required for an entry with a source, and absent.")
        return
    if spec.parts:
        yield Problem("counts", "an entry with parts has no counts of its own; its parts have them.")
    unknown = [key for key in Counts.model_fields if getattr(spec.counts, key) is None]
    if unknown and spec.counts_note is None:
        yield Problem("counts_note", f"required, because counts leave {', '.join(unknown)} unknown (null).")
    grades, judgments = spec.counts.grades, spec.counts.judgments
    if grades is not None and judgments is not None and sum(grades.values()) != judgments:
        yield Problem(
            "counts.grades", f"the grades add up to {sum(grades.values())}, but judgments is {judgments}."
        )
    queries, judged = spec.counts.queries, spec.counts.judged_queries
    if queries is not None and judged is not None and judged > queries:
        yield Problem(
            "counts.judged_queries", f"{judged:,} judged of only {many(queries, 'query', 'queries')}."
        )


def _quirks(spec: DatasetSpec) -> Iterator[Problem]:
    level = spec.quirks.relevance_level
    set_quirks = spec.quirks.model_dump(exclude_defaults=True)
    if set_quirks and spec.quirk_notes is None:
        yield Problem("quirk_notes", f"required, because quirks set {', '.join(sorted(set_quirks))}.")
    if level == 1:
        return
    for index, measure in enumerate(spec.measures):
        if BINARY.match(measure) and f"rel={level}" not in measure:
            yield Problem(
                f"measures[{index}]", f"expected 'rel={level}' in {measure}: relevance_level is {level}."
            )


def _repeats(spec: DatasetSpec) -> Iterator[Problem]:
    for key in ("languages", "measures", "parts", "tags"):
        values = getattr(spec, key)
        for index, value in enumerate(values):
            if value in values[:index]:
                yield Problem(f"{key}[{index}]", f"{value!r} stands twice.")


def _parts(name: str, spec: DatasetSpec, known: Mapping[str, DatasetSpec | None]) -> Iterator[Problem]:
    for index, part in enumerate(spec.parts):
        where = f"parts[{index}]"
        if part not in known:
            yield Problem(where, f"there is no data set {part!r} in this catalogue.")
            continue
        chain = _way_back(name, part, known)
        if chain:
            yield Problem(where, f"parts must not lead back to the entry itself: {' → '.join(chain)}.")
        entry = known[part]
        lacking = [measure for measure in spec.measures if entry and measure not in entry.measures]
        if lacking:
            yield Problem(
                where, f"{part!r} is not scored by {', '.join(lacking)}, of which this is the mean."
            )


def _runs_from(name: str, spec: DatasetSpec, known: Mapping[str, DatasetSpec | None]) -> Iterator[Problem]:
    if spec.runs_from is None:
        return
    if spec.runs_from not in known or spec.runs_from == name:
        yield Problem("runs_from", f"expected another data set of this catalogue, found {spec.runs_from!r}.")
        return
    other = known[spec.runs_from]
    if spec.source is None or (other is not None and (other.source is None or other.runs_from)):
        yield Problem("runs_from", "both entries need a source, and the other no runs_from of its own.")


def _way_back(name: str, part: str, known: Mapping[str, DatasetSpec | None]) -> list[str]:
    """The names from ``name`` through ``part`` back to ``name``, or nothing."""
    waiting, seen = [[name, part]], {part}
    while waiting:
        chain = waiting.pop()
        if chain[-1] == name:
            return chain
        entry = known.get(chain[-1])
        for child in entry.parts if entry else ():
            if child == name or child not in seen:
                seen.add(child)
                waiting.append([*chain, child])
    return []
