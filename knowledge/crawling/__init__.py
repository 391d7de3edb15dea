"""Reads a council's website, politely, in a process of its own: `python -m knowledge.crawling`, a task in, messages out."""
