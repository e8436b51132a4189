"""Late interaction: one vector a token, exact MaxSim."""
