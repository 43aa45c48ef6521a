"""The offline studio: recordings analysed as fast as the machine can, reproducibly."""
