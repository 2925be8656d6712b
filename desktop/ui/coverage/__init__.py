"""How far policies protect the pods of a cluster, on the screen."""
