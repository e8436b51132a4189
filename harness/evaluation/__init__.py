"""Measures and the engine that computes them."""
