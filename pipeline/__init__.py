"""The worker: reads cameras, sees, judges by rules, and delivers what it found."""
