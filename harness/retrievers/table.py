"""The retrievers, by the name that YAML files use."""

from __future__ import annotations

from typing import Final

from harness.registry import Registry

RETRIEVERS: Final = Registry(
    "retriever",
    {
        "bm25": "harness.retrievers.lexical.bm25:BM25",
        "overlap": "harness.retrievers.lexical.overlap:Overlap",
        "ql-dirichlet": "harness.retrievers.lexical.query_likelihood:DirichletQueryLikelihood",
        "tfidf": "harness.retrievers.lexical.tfidf:TfIdf",
    },
)
