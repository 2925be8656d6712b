"""The YAML editor: text in, a draft out; nothing is written to a cluster from here."""
