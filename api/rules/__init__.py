"""Which rules boxes can apply, and what the others wait for."""
