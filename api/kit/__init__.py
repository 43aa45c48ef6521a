"""What every room of the command centre stands on; knows no room."""
