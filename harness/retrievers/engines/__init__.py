"""Engines that search vectors: exact, or faster and approximate."""
