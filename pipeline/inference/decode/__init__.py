"""From a network's raw output to candidate boxes; one file per model family."""
