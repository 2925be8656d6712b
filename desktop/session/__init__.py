"""Work in progress, without Qt: tasks, connected clusters, changes, settings."""
