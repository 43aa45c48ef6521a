"""Workers: their tokens, and when each was last heard of."""
