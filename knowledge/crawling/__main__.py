"""Runs one crawl: its task is read from standard input, its messages go to standard output as they come."""

from __future__ import annotations

import sys

from scrapy.crawler import AsyncCrawlerProcess

from knowledge.crawling.manners import settings_for
from knowledge.crawling.messages import End, Task
from knowledge.crawling.sender import send
from knowledge.crawling.spider import SiteSpider


def main() -> None:
    """Crawl, then say how it ended."""
    task = Task.from_json(sys.stdin.buffer.read())
    process = AsyncCrawlerProcess(settings_for(task))
    crawler = process.create_crawler(SiteSpider)
    crawl = process.crawl(crawler, task=task)
    process.start()
    crawl.result()
    if isinstance(crawler.spider, SiteSpider):
        for message in crawler.spider.last_words():
            send(message)
        send(End())


if __name__ == "__main__":
    main()
