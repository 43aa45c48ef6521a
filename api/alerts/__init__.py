"""Alert episodes on their way through human review."""
