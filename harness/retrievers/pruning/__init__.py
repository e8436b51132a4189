"""Documents that are not worth indexing, left out."""
