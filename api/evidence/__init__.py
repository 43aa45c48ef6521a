"""Evidence files: stored by content, served to those who may see them."""
