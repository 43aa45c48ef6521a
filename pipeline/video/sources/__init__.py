"""Where packets come from; see ``base.py`` for what a source is."""
