"""Whether what was promised about footage is kept: the verdicts that workers can prove."""
