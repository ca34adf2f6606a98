from django.urls import path, register_converter
from django.urls.converters import IntConverter

from forum.views import moderating, own, reading, subscribing, writing


class PostId(IntConverter):
    """A number that every database takes."""

    regex = "[0-9]{1,18}"


register_converter(PostId, "post_id")

app_name = "forum"
urlpatterns = [
    path("modules/<slug:slug>/forum/", reading.module_forum, name="module"),
    path("modules/<slug:slug>/forum/feed/", reading.module_feed, name="module_feed"),
    path("modules/<slug:slug>/forum/news/", reading.module_news, name="module_news"),
    path("forum/", reading.latest, name="latest"),
    path("forum/feed/", reading.latest_feed, name="latest_feed"),
    path("forum/<post_id:pk>/", reading.conversation, name="conversation"),
    path("forum/<post_id:pk>/feed/", reading.conversation_feed, name="conversation_feed"),
    path("forum/<post_id:pk>/news/", reading.conversation_news, name="conversation_news"),
    path("forum/posts/<post_id:pk>/", reading.post, name="post"),
    path("modules/<slug:slug>/forum/new/", writing.new, name="new"),
    path("forum/posts/<post_id:pk>/reply/", writing.reply, name="reply"),
    path("forum/posts/<post_id:pk>/edit/", own.edit, name="edit"),
    path("forum/posts/<post_id:pk>/delete/", own.delete, name="delete"),
    path("forum/posts/<post_id:pk>/like/", own.like, name="like"),
    path("forum/posts/<post_id:pk>/report/", own.report, name="report"),
    path("forum/posts/<post_id:pk>/moderate/", moderating.moderate, name="moderate"),
    path("forum/posts/<post_id:pk>/link/", own.send_key, name="send_key"),
    path("forum/<post_id:pk>/reported/", own.reported, name="reported"),
    path("forum/link-sent/", own.key_sent, name="key_sent"),
    path("forum/sent/", writing.sent, name="sent"),
    path("forum/confirm/<slug:token>/", writing.confirm, name="confirm"),
    path(
        "modules/<slug:slug>/forum/subscribe/",
        subscribing.subscribe_to_module,
        name="subscribe_to_module",
    ),
    path(
        "forum/<post_id:pk>/subscribe/",
        subscribing.subscribe_to_conversation,
        name="subscribe_to_conversation",
    ),
    path("forum/subscribe/sent/", subscribing.subscription_sent, name="subscription_sent"),
    path(
        "forum/subscribe/<slug:token>/",
        subscribing.confirm_subscription,
        name="confirm_subscription",
    ),
    path("forum/subscriptions/<slug:key>/", subscribing.subscriptions, name="subscriptions"),
    path("account/subscriptions/", subscribing.own_subscriptions, name="own_subscriptions"),
]
