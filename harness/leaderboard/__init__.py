"""The leaderboard as a value."""
