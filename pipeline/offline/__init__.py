"""A box looked at in its school while the line is cut: who may, what they see, what is noted."""
