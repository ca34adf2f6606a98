from django.urls import path, register_converter
from django.urls.converters import IntConverter

from forum.views import reading, writing


class PostId(IntConverter):
    """A number that every database takes."""

    regex = "[0-9]{1,18}"


register_converter(PostId, "post_id")

app_name = "forum"
urlpatterns = [
    path("modules/<slug:slug>/forum/", reading.module_forum, name="module"),
    path("modules/<slug:slug>/forum/feed/", reading.module_feed, name="module_feed"),
    path("forum/", reading.latest, name="latest"),
    path("forum/feed/", reading.latest_feed, name="latest_feed"),
    path("forum/<post_id:pk>/", reading.conversation, name="conversation"),
    path("forum/<post_id:pk>/feed/", reading.conversation_feed, name="conversation_feed"),
    path("forum/posts/<post_id:pk>/", reading.post, name="post"),
    path("modules/<slug:slug>/forum/new/", writing.new, name="new"),
    path("forum/posts/<post_id:pk>/reply/", writing.reply, name="reply"),
    path("forum/sent/", writing.sent, name="sent"),
    path("forum/confirm/<slug:token>/", writing.confirm, name="confirm"),
]
