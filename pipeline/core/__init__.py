"""Values every room of the worker speaks in; standard library and numpy only."""
