"""One script a version, named by its number."""
