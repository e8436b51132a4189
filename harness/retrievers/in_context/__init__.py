"""Language models that judge documents in their own context."""
