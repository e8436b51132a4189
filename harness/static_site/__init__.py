"""The whole board as plain files that need no server."""
