"""What is done later or again and again, once, by whichever process is alive."""
