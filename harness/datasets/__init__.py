"""Data sets: the catalogue, where their files come from, fingerprints and audits."""
