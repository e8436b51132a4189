"""The stages of pipelines, by kind and by the name that YAML files use."""

from __future__ import annotations

from typing import Final

from harness.registry import Registry

RETRIEVERS: Final = Registry(
    "retriever",
    {
        "bm25": "harness.retrievers.lexical.bm25:BM25",
        "dense": "harness.retrievers.dense.retriever:Dense",
        "impacts": "harness.retrievers.sparse.impacts:Impacts",
        "maxsim": "harness.retrievers.late_interaction.retriever:MaxSim",
        "overlap": "harness.retrievers.lexical.overlap:Overlap",
        "ql-dirichlet": "harness.retrievers.lexical.query_likelihood:DirichletQueryLikelihood",
        "splade": "harness.retrievers.sparse.splade:Splade",
        "tfidf": "harness.retrievers.lexical.tfidf:TfIdf",
    },
    extras={
        "dense": ("sentence_transformers", "neural"),
        "maxsim": ("transformers", "neural"),
        "splade": ("transformers", "neural"),
    },
)

PREPARERS: Final = Registry(
    "preparer",
    {},
)

FEEDBACKS: Final = Registry(
    "feedback",
    {},
)

RERANKERS: Final = Registry(
    "re-ranker",
    {},
)

GROUPERS: Final = Registry(
    "grouper",
    {
        "max-passage": "harness.retrievers.passages.grouping:MaxPassage",
    },
)

FUSIONS: Final = Registry(
    "fusion",
    {
        "rrf": "harness.retrievers.fusion.reciprocal_rank:ReciprocalRank",
    },
)

STAGES: Final = {
    "prepare": PREPARERS,
    "retrieve": RETRIEVERS,
    "feedback": FEEDBACKS,
    "rerank": RERANKERS,
    "group": GROUPERS,
    "fuse": FUSIONS,
}
"""Kind of stage → its table; the key that a YAML file uses for it."""
