"""Checks of the queries against the judgments."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from harness.datasets.checks.wording import number, some
from harness.datasets.facts import Facts
from harness.records import Issue


def duplicate_query(facts: Facts) -> Iterator[Issue]:
    """A query id stands more than once, so a run cannot say which query it answers."""
    counts = Counter(query.id for query in facts.dataset.all_queries)
    twice = [query for query, count in counts.items() if count > 1]
    if twice:
        yield Issue("error", "duplicate-query", f"{number(len(twice), 'id')} more than once: {some(twice)}.")


def empty_query(facts: Facts) -> Iterator[Issue]:
    """A query has no text, so nothing can be found for it."""
    empty = [query.id for query in facts.dataset.all_queries if not query.text.strip()]
    if empty:
        message = f"{number(len(empty), 'query', 'queries')} without text: {some(empty)}."
        yield Issue("error", "empty-query", message)


def missing_query(facts: Facts) -> Iterator[Issue]:
    """A judged query is absent from the queries, so every system scores 0 on it."""
    known = {query.id for query in facts.dataset.all_queries}
    missing = [query for query in facts.dataset.qrels.queries.tolist() if query not in known]
    if missing:
        message = f"{number(len(missing), 'judged query', 'judged queries')} absent: {some(missing)}."
        yield Issue("error", "missing-query", message)


def unjudged_query(facts: Facts) -> Iterator[Issue]:
    """A query has no judgment; it is not run by default and is in no mean."""
    judged = set(facts.dataset.qrels.queries.tolist())
    unjudged = [query.id for query in facts.dataset.all_queries if query.id not in judged]
    if unjudged:
        message = f"{number(len(unjudged), 'query', 'queries')} without judgments: {some(unjudged)}."
        yield Issue("note", "unjudged-query", message)
