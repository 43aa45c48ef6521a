"""Who may look at a box itself while its line is cut, and what they looked at there."""
