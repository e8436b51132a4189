"""The engines by the name that YAML files use."""

from __future__ import annotations

from typing import Final

from harness.registry import Registry

ENGINES: Final = Registry(
    "engine",
    {
        "binary": "harness.retrievers.engines.binary:BinaryCodes",
        "bmp": "harness.retrievers.engines.bmp:Bmp",
        "exact": "harness.retrievers.engines.dense:ExactVectors",
        "faiss-flat": "harness.retrievers.engines.faiss_engines:FaissFlat",
        "hnsw": "harness.retrievers.engines.faiss_engines:Hnsw",
        "ivf-pq": "harness.retrievers.engines.faiss_engines:IvfPq",
        "lucene": "harness.retrievers.engines.lucene:LuceneImpact",
        "plaid": "harness.retrievers.plaid.engine:Plaid",
        "seismic": "harness.retrievers.engines.seismic:Seismic",
    },
    extras={
        "bmp": ("bmp", "engines"),
        "faiss-flat": ("faiss", "engines"),
        "hnsw": ("faiss", "engines"),
        "ivf-pq": ("faiss", "engines"),
        "lucene": ("pyserini", "lucene"),
        "seismic": ("seismic", "engines"),
    },
)
"""For lists; what a retriever takes is said by the type of its parameter ``engine``."""
