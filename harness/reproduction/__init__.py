"""Holding declared systems to the scores that they promise."""
