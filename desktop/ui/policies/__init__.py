"""The policies of a cluster: their table, its search, and the details of the one chosen."""
