"""What a system costs: latency, memory, index, energy, money; compared inside one class of machine only."""
