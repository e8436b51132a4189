"""A reproduction as a table, as JSON and as JUnit XML."""
