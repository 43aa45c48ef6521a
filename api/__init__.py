"""The command centre: keeps what workers report, drives review, serves the console."""
