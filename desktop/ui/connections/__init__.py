"""The connections of a cluster on the screen: a matrix of who may talk to whom, and why."""
