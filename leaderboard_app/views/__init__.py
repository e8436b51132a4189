"""One page a file; leaderboard_app.pages lists them."""
