"""Cameras' recorders of other makers: what they hold, asked politely and believed with care."""
