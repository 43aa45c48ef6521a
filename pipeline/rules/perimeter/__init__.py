"""Rules about where people go: into a zone, across a line, or nowhere for too long."""
