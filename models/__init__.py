"""Models as files with a passport: manifests, weights, how they were trained and how they score."""
