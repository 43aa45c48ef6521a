"""Live pictures: who looks at which camera, and how the pictures get there."""
