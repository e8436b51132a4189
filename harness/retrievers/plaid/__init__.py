"""PLAID, the engine of ColBERTv2, by fast-plaid in a Python interpreter of its own."""
