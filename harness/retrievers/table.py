"""The stages of pipelines, by kind and by the name that YAML files use."""

from __future__ import annotations

from typing import Final

from harness.registry import Registry

RETRIEVERS: Final = Registry(
    "retriever",
    {
        "all": "harness.retrievers.in_context.everything:Everything",
        "bm25": "harness.retrievers.lexical.bm25:BM25",
        "deepimpact": "harness.retrievers.sparse.deepimpact:DeepImpact",
        "dense": "harness.retrievers.dense.retriever:Dense",
        "impacts": "harness.retrievers.sparse.impacts:Impacts",
        "lucene": "harness.retrievers.lucene.retriever:Lucene",
        "maxsim": "harness.retrievers.late_interaction.retriever:MaxSim",
        "overlap": "harness.retrievers.lexical.overlap:Overlap",
        "promptreps": "harness.retrievers.prompt_reps.retriever:PromptReps",
        "ql-dirichlet": "harness.retrievers.lexical.query_likelihood:DirichletQueryLikelihood",
        "slim": "harness.retrievers.slim.retriever:Slim",
        "splade": "harness.retrievers.sparse.splade:Splade",
        "splade-decoder": "harness.retrievers.sparse.decoder_splade:DecoderSplade",
        "tfidf": "harness.retrievers.lexical.tfidf:TfIdf",
        "unicoil": "harness.retrievers.sparse.unicoil:UniCoil",
    },
    extras={
        "deepimpact": ("transformers", "neural"),
        "dense": ("sentence_transformers", "neural"),
        "lucene": ("pyserini", "lucene"),
        "maxsim": ("transformers", "neural"),
        "promptreps": ("transformers", "llm"),
        "slim": ("transformers", "neural"),
        "splade": ("transformers", "neural"),
        "splade-decoder": ("transformers", "llm"),
        "unicoil": ("transformers", "neural"),
    },
)

PREPARERS: Final = Registry(
    "preparer",
    {
        "doc2query": "harness.retrievers.expansion.doc2query:Doc2Query",
        "doc2query-index": "harness.retrievers.expansion.doc2query:Doc2QueryIndex",
        "prune-collection-distance": "harness.retrievers.pruning.collection_distance:CollectionDistance",
        "prune-qual-t5": "harness.retrievers.pruning.qual_t5:QualT5",
        "windows": "harness.retrievers.passages.windows:Windows",
    },
    extras={"prune-qual-t5": ("transformers", "neural")},
)

FEEDBACKS: Final = Registry(
    "feedback",
    {
        "ance-prf": "harness.retrievers.feedback.ance_prf:AncePrf",
        "colbert-prf": "harness.retrievers.feedback.colbert_prf:ColbertPrf",
        "rm3": "harness.retrievers.feedback.rm3:RM3",
        "rocchio": "harness.retrievers.feedback.rocchio:Rocchio",
        "selective-dense": "harness.retrievers.feedback.selective_dense:SelectiveDense",
        "sparse-rocchio": "harness.retrievers.feedback.sparse_rocchio:SparseRocchio",
        "vector-average": "harness.retrievers.feedback.vectors:VectorAverage",
        "vector-rocchio": "harness.retrievers.feedback.vectors:VectorRocchio",
    },
    extras={
        "ance-prf": ("sentence_transformers", "neural"),
        "colbert-prf": ("sklearn", "neural"),
        "selective-dense": ("sentence_transformers", "neural"),
    },
)

RERANKERS: Final = Registry(
    "re-ranker",
    {
        "blockrank": "harness.retrievers.in_context.blockrank:BlockRank",
        "cross-encoder": "harness.retrievers.cross_encoder.cross_encoder:CrossEncoder",
        "icr": "harness.retrievers.in_context.icr:InContextReranking",
        "listwise": "harness.retrievers.in_context.listwise:Listwise",
        "maxsim": "harness.retrievers.late_interaction.reranker:MaxSimReranker",
        "mono-t5": "harness.retrievers.cross_encoder.mono_t5:MonoT5",
        "pairwise": "harness.retrievers.in_context.pairwise:Pairwise",
        "passage-cascade": "harness.retrievers.passages.cascade:PassageCascade",
        "query-likelihood": "harness.retrievers.in_context.likelihood:QueryLikelihood",
        "setwise": "harness.retrievers.in_context.setwise:Setwise",
    },
    extras={
        "blockrank": ("transformers", "llm"),
        "cross-encoder": ("sentence_transformers", "neural"),
        "icr": ("transformers", "llm"),
        "maxsim": ("transformers", "neural"),
        "mono-t5": ("transformers", "neural"),
        "passage-cascade": ("sentence_transformers", "neural"),
        "query-likelihood": ("transformers", "llm"),
    },
)

GROUPERS: Final = Registry(
    "grouper",
    {
        "first-passage": "harness.retrievers.passages.grouping:FirstPassage",
        "max-passage": "harness.retrievers.passages.grouping:MaxPassage",
        "mean-passages": "harness.retrievers.passages.grouping:MeanPassages",
        "sum-passages": "harness.retrievers.passages.grouping:SumPassages",
    },
)

FUSIONS: Final = Registry(
    "fusion",
    {
        "comb": "harness.retrievers.fusion.comb:Comb",
        "interpolation": "harness.retrievers.fusion.weighted_sum:Interpolation",
        "ranx": "harness.retrievers.fusion.ranx_fusion:RanxFusion",
        "rrf": "harness.retrievers.fusion.reciprocal_rank:ReciprocalRank",
        "trained": "harness.retrievers.fusion.trained:Trained",
        "weighted-sum": "harness.retrievers.fusion.weighted_sum:WeightedSum",
    },
    extras={"ranx": ("ranx", "ranx")},
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
