"""The ledger of decisions: an append-only file of events, each with the hash of the one before."""
