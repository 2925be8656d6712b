"""Before and after a write: what will change, what the server says of it, what became of it."""
