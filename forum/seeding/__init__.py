"""Fills a forum with many posts at once: invented ones, or those of a file."""

from forum.seeding.entries import Entry, Person
from forum.seeding.invention import invent
from forum.seeding.json_lines import FaultyFileError, read_json_lines
from forum.seeding.storing import store

__all__ = ["Entry", "FaultyFileError", "Person", "invent", "read_json_lines", "store"]
