"""Term matching: analysis, one inverted index, and the models that weigh it."""
