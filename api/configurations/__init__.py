"""What boxes are configured to do: versions, who wrote them and why, and what became of each."""
