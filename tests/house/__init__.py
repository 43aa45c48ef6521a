"""What the repository says about itself is true."""
