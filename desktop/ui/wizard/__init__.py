"""The form: policies created and updated without YAML."""
