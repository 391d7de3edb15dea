"""Sends what the spider gives to standard output, as it comes."""

from __future__ import annotations

import asyncio
import os
import sys
from concurrent.futures import ThreadPoolExecutor

from knowledge.crawling.messages import Message, to_line

_writer = ThreadPoolExecutor(1)


class Sender:
    """Scrapy's pipeline. While the other side is busy the crawl waits, but what is on its way is still received."""

    async def process_item(self, item: Message) -> Message:
        """Send one message."""
        await asyncio.get_running_loop().run_in_executor(_writer, send, item)
        return item


def send(message: Message) -> None:
    """Send one message; ends the process if nobody listens any more."""
    try:
        sys.stdout.buffer.write(to_line(message))
        sys.stdout.buffer.flush()
    except OSError:
        os._exit(1)
