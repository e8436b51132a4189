"""Learned sparse retrieval: weighted terms from a masked language model, exact search."""
