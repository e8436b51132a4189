"""The audit's checks; each takes the gathered facts and yields issues of its own code."""
