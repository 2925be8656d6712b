"""The clusters: their tree, the project drop-down above it, and the dialogs that arrange them."""
