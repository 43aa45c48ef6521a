"""What footage proves: arithmetic of spans, calendar days, and the verdict.

Pure: no clock, no file, no database. Boxes, the command line and the command centre judge by the
same functions.
"""
