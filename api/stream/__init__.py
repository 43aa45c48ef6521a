"""Server-sent events of the console."""
