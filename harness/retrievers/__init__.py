"""Retrievers and the pipelines made of them."""
