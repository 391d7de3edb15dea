"""Exports a tuned encoder into the repository, where `signpost build` takes it from.

python -m evaluation.ship_encoder DIR
"""

from __future__ import annotations

import argparse
from pathlib import Path

from assistant.data_files import DATA
from knowledge.encoder import MODEL_FILE
from knowledge.export import export_encoder

_LARGEST = 25_000_000  # bytes


def main() -> None:
    """Export with 8-bit weights, and refuse a file that is too large to ship."""
    parser = argparse.ArgumentParser(description="Export a tuned encoder into the repository.")
    parser.add_argument("model", type=Path)
    given = parser.parse_args()
    export_encoder(DATA / "encoder", str(given.model), again=True)
    size = (DATA / "encoder" / MODEL_FILE).stat().st_size
    if size > _LARGEST:
        raise SystemExit(f"{DATA / 'encoder' / MODEL_FILE} has {size:,} bytes, at most {_LARGEST:,}")
    print(f"{size:,} bytes; now run: make calibrate, and evaluation.fit_safety")


if __name__ == "__main__":
    main()
