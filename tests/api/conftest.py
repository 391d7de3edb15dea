"""The office that the tests of the staff screens share."""

from collections.abc import Iterator

import pytest

from tests.api.office import Office, opened


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    yield from opened(tmp_path_factory.mktemp("staff") / "data")
