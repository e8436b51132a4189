"""Pseudo-relevance feedback: the query written anew from the first documents, and searched again."""
