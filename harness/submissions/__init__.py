"""Submitting runs: upload, checks, admission, decisions."""
