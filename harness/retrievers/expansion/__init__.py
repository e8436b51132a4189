"""Documents with queries that they may answer, written by somebody's model."""
