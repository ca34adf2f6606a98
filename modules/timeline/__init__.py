"""The timeline of a module: one list of events, read as a picture and as a list."""

from modules.timeline.build import Timeline, build_timeline

__all__ = ["Timeline", "build_timeline"]
