"""The store: tables in SQLite or PostgreSQL, derived from the record."""
