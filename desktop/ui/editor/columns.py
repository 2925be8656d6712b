"""Columns: findings and Python count characters, Qt counts UTF-16 units; they differ behind an emoji."""


def units(line: str, characters: int) -> int:
    """Return how many UTF-16 units the first ``characters`` of a line take."""
    if line.isascii():  # most are, and each stretch of each line is asked about
        return characters
    return characters + sum(character > "\uffff" for character in line[:characters])


def characters(line: str, units: int) -> int:
    """Return how many characters the first ``units`` UTF-16 units of a line hold."""
    count = taken = 0
    while taken < units and count < len(line):
        taken += 2 if line[count] > "\uffff" else 1
        count += 1
    return count
