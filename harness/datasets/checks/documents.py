"""Checks that need the documents."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from harness.datasets.checks.wording import distinct, number, some
from harness.datasets.facts import Facts
from harness.datasets.ids import unusable_id
from harness.records import Issue


def duplicate_document(facts: Facts) -> Iterator[Issue]:
    """A document id stands more than once in the corpus, so a run cannot say which of them it means."""
    ids = distinct(facts.duplicates)
    if ids:
        yield Issue("error", "duplicate-document", f"{number(len(ids), 'id')} more than once: {some(ids)}.")


def empty_document(facts: Facts) -> Iterator[Issue]:
    """A document has neither title nor text; Lucene does not count it, other engines do."""
    if facts.empty:
        message = f"{number(len(facts.empty), 'document')} without title and text: {some(facts.empty)}."
        yield Issue("note", "empty-document", message)


def unusable_ids(facts: Facts) -> Iterator[Issue]:
    """An id of a document or query is empty or holds white space, which breaks the columns of a run file."""
    queries = [query.id for query in facts.dataset.all_queries if unusable_id(query.id)]
    for noun, ids in (("document", facts.unusable), ("query", queries)):
        if ids:
            message = f"{noun} ids that are empty or hold white space: {some([repr(item) for item in ids])}."
            yield Issue("error", "unusable-id", message)


def dangling_judgment(facts: Facts) -> Iterator[Issue]:
    """A judged document is not in the corpus: no system can return it, and recall suffers for all."""
    qrels = facts.dataset.qrels
    rows = zip(qrels.documents.tolist(), qrels.grades.tolist(), strict=True)
    dangling = [(document, grade) for document, grade in rows if document not in facts.document_ids]
    if not dangling:
        return
    level = facts.dataset.spec.quirks.relevance_level
    relevant = sum(grade >= level for _, grade in dangling)
    ids = distinct(document for document, _ in dangling)
    yield Issue(
        "error" if relevant else "warning",
        "dangling-judgment",
        f"{number(len(dangling), 'judgment')} ({relevant:,} of them relevant) of documents that the corpus "
        f"lacks: {some(ids)}. Compare how corpus and judgments write their ids.",
    )


def shared_id(facts: Facts) -> Iterator[Issue]:
    """A query and a document have one id, so that dropping self matches changes scores."""
    queries = [query.id for query in facts.dataset.queries if query.id in facts.document_ids]
    if not queries:
        return
    drops = facts.dataset.spec.quirks.drop_self_matches
    own, judged = len(set(facts.own_text).intersection(queries)), _self_judged(facts)
    found = (
        f"{number(len(queries), 'query', 'queries')} share an id with a document: {some(queries)}; "
        f"for {own:,} of them it is the query's own text, for {judged:,} it is judged relevant."
    )
    if own and not drops:
        severity, advice = "warning", "Set drop_self_matches, or every system is paid for finding the query."
    elif drops and (judged or not own):
        severity, advice = "warning", "drop_self_matches takes these documents away although they are others."
    else:
        severity, advice = "note", f"drop_self_matches is {str(drops).lower()}, which fits."
    yield Issue(severity, "shared-id", f"{found} {advice}")


def _self_judged(facts: Facts) -> int:
    """How many queries have the document of their own id among their relevant ones."""
    qrels, level = facts.dataset.qrels, facts.dataset.spec.quirks.relevance_level
    count = 0
    for query, (start, stop) in zip(qrels.queries.tolist(), pairwise(qrels.starts.tolist()), strict=True):
        if query in facts.document_ids:
            row = dict(
                zip(qrels.documents.tolist(start, stop), qrels.grades[start:stop].tolist(), strict=True)
            )
            count += row.get(query, level - 1) >= level
    return count
