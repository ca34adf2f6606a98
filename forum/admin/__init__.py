"""Where facilitators keep order; Django's autodiscovery imports this package."""

from forum.admin import announcements, people, posts, rules

__all__ = ["announcements", "people", "posts", "rules"]
