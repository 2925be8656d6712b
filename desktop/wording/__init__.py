"""Codes and values to sentences a person reads, in their language; without Qt, so the command line speaks too."""
