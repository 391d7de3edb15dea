"""The areas of a running worker, with many threads."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

from knowledge.types import Area
from signpost.area_cache import AreaCache


def named(name: str) -> tuple[Area, ...]:
    return (Area("brookshire", name, "", {}),)


def test_a_reading_that_overlaps_a_change_is_not_kept() -> None:
    content, reading, go_on = ["old"], threading.Event(), threading.Event()

    def read() -> tuple[Area, ...]:
        found = named(content[0])
        reading.set()
        assert go_on.wait(10)
        return found

    cache = AreaCache(read)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(cache)
        assert reading.wait(10)
        content[0] = "new"
        cleared = pool.submit(cache.clear)
        threading.Timer(0.2, go_on.set).start()
        assert first.result()[0].name == "old"
        cleared.result()
    assert cache()[0].name == "new"


def test_it_follows_the_version_of_the_store() -> None:
    read = []
    cache = AreaCache(lambda: (read.append(1), named("one"))[1])
    for version in (1, 1, 2, 2):
        cache.follow(version)
        cache()
    assert len(read) == 2
