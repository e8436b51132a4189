"""Choosing parameters on a development split, and on no other."""
