"""Rules about what a canteen must keep: clothing, hygiene, fire and who may come in."""
