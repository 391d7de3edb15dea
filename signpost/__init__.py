"""The command line, the settings, and the one place where the parts are wired together."""
