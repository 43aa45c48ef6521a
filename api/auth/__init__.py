"""Who may do what: people with sessions, workers with tokens."""
