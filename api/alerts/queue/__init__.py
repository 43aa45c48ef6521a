"""The queue of alerts: in which order, and narrowed down to what."""
