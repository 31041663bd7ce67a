"""What people write: cleaned, read, coded, grouped and quoted; no frame, no statistics, no picture."""
