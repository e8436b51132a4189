"""Sources of documents, queries and judgments: one module a kind."""
