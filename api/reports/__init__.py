"""Reports that are handed in: asked for, made by a job, kept as a file, verified by a code."""
