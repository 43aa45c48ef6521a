"""Exam days: rooms and sessions, whether they are ready, what was recorded, what was sealed."""
