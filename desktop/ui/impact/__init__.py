"""What a change does to connections, shown wherever one is about to be made."""
