"""The access log: who signed in, who opened an unblurred original and why."""
