"""Who holds the footage, and what can be proven about it (DESIGN §3, "Retention verdict")."""
