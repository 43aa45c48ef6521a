"""How far a box is on its way from its first word to its first reviewed alert."""
