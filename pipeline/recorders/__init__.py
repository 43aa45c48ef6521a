"""Who holds the footage, and what can be proven about it."""
