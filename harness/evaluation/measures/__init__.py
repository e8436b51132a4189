"""One file a measure: its formula, its source, its floor and its computation."""
