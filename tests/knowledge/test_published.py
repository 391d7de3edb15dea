"""Finding the published model: in the packages that `make model` installs, or in a folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.data_files import DATA
from knowledge.encoder import TOKENS_FILE
from knowledge.errors import EncoderError
from knowledge.merged import merged_facts
from knowledge.published import WEIGHTS_FILE, published_model

FACTS = merged_facts(DATA / "cross_encoder")


def test_the_packages_hold_the_model_as_its_authors_published_it() -> None:
    with published_model(None, FACTS["weights"], FACTS["tokens"]) as folder:
        assert (folder / WEIGHTS_FILE).stat().st_size == 437_971_872
        assert (folder / TOKENS_FILE).is_file()
    assert not folder.exists()


def test_other_weights_are_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / WEIGHTS_FILE).write_bytes(b"something else")
    wanted = rf"{WEIGHTS_FILE} has sha256 .*, published is {FACTS['weights']}"
    with pytest.raises(EncoderError, match=wanted), published_model(tmp_path, FACTS["weights"], FACTS["tokens"]):
        pass


def test_a_folder_without_the_model_says_what_to_do(tmp_path: Path) -> None:
    wanted = rf"holds no {WEIGHTS_FILE}: run 'make model', or set SIGNPOST_PUBLISHED_MODEL"
    with pytest.raises(EncoderError, match=wanted), published_model(tmp_path, FACTS["weights"], FACTS["tokens"]):
        pass
