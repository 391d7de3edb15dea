"""Directories of services: what a feed or a table says of each becomes a page, under the questions that families ask."""

from knowledge.services.feed import read_feed
from knowledge.services.table import read_services

__all__ = ["read_feed", "read_services"]
