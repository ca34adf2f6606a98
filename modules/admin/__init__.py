"""Where facilitators write, translate and publish; Django's autodiscovery imports this package."""

from modules.admin import module, news

__all__ = ["module", "news"]
