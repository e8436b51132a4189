"""The JSON API under /api/v1: reading the board, and handing in runs."""
