"""What workers send: idempotent writes that may come late, twice or out of order."""
