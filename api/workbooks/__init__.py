"""Schools, places and the camera register as one Excel workbook, out and in again."""
