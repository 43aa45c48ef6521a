"""The access log: who signed in, opened an original and why, looked at what, live or recorded."""
