"""What a NetworkPolicy is and means. Pure: standard library only; no files, no clock, no threads."""
