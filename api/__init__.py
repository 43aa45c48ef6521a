"""The command centre: keeps what workers report, drives alerts through review, serves the console."""
