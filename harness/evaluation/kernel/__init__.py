"""The scoring kernel: from the bytes of a run file to its hits in one pass, as native code."""
