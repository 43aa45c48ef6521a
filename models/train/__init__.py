"""How our weights were made; needs PyTorch and the data folder, never runs in production."""
