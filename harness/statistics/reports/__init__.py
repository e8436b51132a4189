"""A comparison in other forms: words, JSON, CSV, LaTeX and plots."""
