"""Live events: kept for a while so that a console can resume, and fanned out to subscribers."""
