"""Whether the places that the rules name are really seen by a camera."""
