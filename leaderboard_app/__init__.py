"""The leaderboard as Streamlit pages over harness.leaderboard and harness.store; it computes no scores."""
