"""The camera register 一机一档: what a person writes about a camera beyond what its box tells."""
