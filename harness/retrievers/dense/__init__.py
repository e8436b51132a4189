"""Dense retrieval: one vector a text, exact search."""
