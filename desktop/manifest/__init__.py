"""YAML text to documents and back: comments kept, kubectl's reading of scalars, the place of every path."""
