"""The version of the command centre, for health and the API description."""

VERSION = "0.1.0"
