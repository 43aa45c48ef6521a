"""Encoded video in, pictures and clips out: sources, ring, decoder, remux."""
