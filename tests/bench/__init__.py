"""What the benchmarks compute; what they measure is never asserted."""
