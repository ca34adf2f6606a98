from modules.models.module import Figure, Module, Section
from modules.models.news import Commitment, NewsItem, Pledge
from modules.models.pack import PackEntry
from modules.models.resource import Resource
from modules.models.timeline import TimelineEvent
from modules.models.version import ContentVersion
from modules.models.video import Video

__all__ = [
    "Commitment",
    "ContentVersion",
    "Figure",
    "Module",
    "NewsItem",
    "PackEntry",
    "Pledge",
    "Resource",
    "Section",
    "TimelineEvent",
    "Video",
]
