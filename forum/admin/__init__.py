"""Where facilitators keep order; Django's autodiscovery imports this package."""

from forum.admin import people, posts, rules

__all__ = ["people", "posts", "rules"]
