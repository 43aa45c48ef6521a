"""How each kind of channel is spoken to."""
