"""Long documents as passages, and passages as documents."""
