"""Where the assistant's data files lie."""

from pathlib import Path

DATA = Path(__file__).resolve().parent / "data"
