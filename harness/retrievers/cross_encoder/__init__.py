"""Re-rankers that read query and document together, one pair at a time."""
