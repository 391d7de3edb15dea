"""Sources to documents to passages to an index, and back by search. Knows nothing of conversations."""
