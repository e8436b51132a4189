"""Run files: the TREC format, run cards and validation."""
