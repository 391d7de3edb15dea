"""Measures that need the whole program wired: speed and memory, and what each part earns."""
