"""Retrieval benchmarking: run files in, exact scores and an honest board out."""
