"""What the cards of each retriever tell beside its parameters: the names of its facts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

EVERY: Final = (
    "documents", "empty_documents", "index_bytes", "index_seconds", "search_seconds", "latency_ms_p50",
    "latency_ms_p95", "latency_ms_p99",
)  # fmt: skip
"""Of all retrievers; latencies only where a query can be asked alone."""
ENGINES: Final = ("accuracy_at_10", "accuracy_at_100", "accuracy_at_1000")
"""Of every engine but the exact one, beside what the retriever tells."""

_ENCODED: Final = ("encode_seconds", "documents_from_cache", "query_encode_seconds")
_TERMS: Final = ("terms", "postings")
_WEIGHTS: Final = (*_TERMS, "terms_per_document", "terms_per_query", "flops")

OWN: Final[Mapping[str, tuple[str, ...]]] = {
    **dict.fromkeys(("bm25", "overlap", "ql-dirichlet", "tfidf"), (*_TERMS, "average_length")),
    **dict.fromkeys(("deepimpact", "splade", "splade-decoder", "unicoil"), (*_WEIGHTS, *_ENCODED)),
    "dense": ("dimensions", *_ENCODED),
    "impacts": (*_WEIGHTS, "unused_vectors"),
    "maxsim": ("tokens", "dimensions", *_ENCODED),
    "promptreps": ("dimensions", *_WEIGHTS, *_ENCODED),
    "slim": (*_TERMS, "tokens", *_ENCODED),
}
"""Retriever to what it tells more."""
