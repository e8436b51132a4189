"""What the neural families share: checkpoints, encoding in chunks, the cache of encodings."""
