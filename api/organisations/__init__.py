"""The bureau, its communities and schools, and the places of a school."""
