"""How often alerts are true, and from which score on they would be so more often."""
