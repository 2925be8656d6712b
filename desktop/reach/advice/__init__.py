"""What is worth knowing about the policies of a cluster beyond each document itself, as findings."""
