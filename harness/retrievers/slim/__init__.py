"""SLIM: late interaction over sparse token vectors, candidates from an inverted index."""
