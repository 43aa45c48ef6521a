"""The access log: who signed in, who opened an original and why, who looked live at what."""
