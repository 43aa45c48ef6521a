"""Tests of pipeline.inference."""
