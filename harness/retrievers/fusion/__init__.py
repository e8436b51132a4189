"""One run from several."""
