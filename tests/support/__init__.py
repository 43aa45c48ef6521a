"""Scripted peers and builders for tests."""
