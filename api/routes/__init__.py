"""One module a group of addresses."""
