"""Live pictures for the console: sent while somebody looks, and never otherwise."""
