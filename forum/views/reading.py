from datetime import UTC, datetime

from django.db.models import Count, Min
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from forum import feeds, structured_data
from forum.conversation import ConversationScreen
from forum.models import Policy, Post
from forum.news import conversations_since, news_key, posts_since
from forum.placing import for_screen
from forum.readers import Reader
from forum.reading import (
    Listing,
    latest_posts,
    modules_with_forum,
    writable,
)
from modules.models import Module
from sstc_academy.lib.languages import translated

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@require_safe
def latest(request):
    """The conversations of all published modules."""
    modules = _published_modules()
    listing = Listing(
        modules,
        request.GET,
        path=request.path,
        writable=writable(modules, request.user),
        reader=Reader.of(request),
    )
    return render(request, "forum/latest.html", {"listing": listing})


@require_safe
def module_forum(request, slug):
    module, policy = _module_with_forum(request, slug=slug)
    may_write = policy.lets_write(request.user)
    listing = Listing(
        [module],
        request.GET,
        path=request.path,
        writable={module.pk} if may_write else set(),
        reader=Reader.of(request),
    )
    return render(
        request,
        "forum/module_forum.html",
        {
            "module": module,
            "policy": policy,
            "may_write": may_write,
            "listing": listing,
            "news_key": news_key(listing.latest_key),
        },
    )


@require_safe
def conversation(request, pk):
    reader = Reader.of(request)
    root, module, policy = _conversation(request, pk)
    screen = ConversationScreen(root, request.GET, reader)
    return render(
        request,
        "forum/conversation.html",
        {
            "module": module,
            "root": root,
            "screen": screen,
            "news_key": news_key(root.last_number),
            "reader": reader,
            "may_write": policy.lets_write(request.user),
            "structured_data": structured_data.conversation(root, module, screen.placed, request),
        },
    )


@require_safe
def post(request, pk):
    """The permanent address of a post leads to it, in its place."""
    found = get_object_or_404(
        Post.objects.shown_to(Reader.of(request))
        .of_readable_modules(request.user)
        .only("pk", "root"),
        pk=pk,
    )
    address = reverse("forum:conversation", args=[found.root_id])
    return redirect(f"{address}?post={pk}#post-{pk}")


@require_safe
def conversation_news(request, pk):
    """How many posts have come since `?after=`, a key of `forum.news`; the open page asks."""
    readable = Post.objects.of_readable_modules(request.user)
    root = get_object_or_404(readable.shown().filter(in_reply_to=None).only("pk"), pk=pk)
    posts = posts_since(request.GET.get("after", ""), root)
    found = posts.aggregate(count=Count("pk"), first=Min("pk"))
    return render(request, "forum/includes/conversation_news.html", {"root": root} | found)


@require_safe
def module_news(request, slug):
    """In how many conversations somebody has written since `?after=`, as above."""
    module, _policy = _module_with_forum(request, slug=slug)
    count = conversations_since(request.GET.get("after", ""), [module]).count()
    return render(request, "forum/includes/module_news.html", {"module": module, "count": count})


@require_safe
def latest_feed(request):
    modules = _published_modules()
    return feeds.answer(
        request,
        title=_("Forum"),
        page=reverse("forum:latest"),
        posts=latest_posts(module__in=[module.pk for module in modules]),
        beginning=max((module.published_at for module in modules), default=_EPOCH),
    )


@require_safe
def module_feed(request, slug):
    module, _policy = _module_with_forum(request, slug=slug)
    return feeds.answer(
        request,
        title=_("Forum: %(module)s") % {"module": translated(module, "title")},
        page=reverse("forum:module", args=[module.slug]),
        posts=latest_posts(module=module.pk),
        beginning=module.published_at or module.updated_at,
    )


@require_safe
def conversation_feed(request, pk):
    root, _module, _policy = _conversation(request, pk)
    return feeds.answer(
        request,
        title=structured_data.heading(root),
        page=reverse("forum:conversation", args=[root.pk]),
        posts=latest_posts(root=root.pk),
        beginning=root.posted_at,
    )


def _published_modules() -> list[Module]:
    return list(modules_with_forum(Module.objects.published()).order_by("number"))


def _module_with_forum(request, **lookup) -> tuple[Module, Policy]:
    module = get_object_or_404(Module.objects.visible_to(request.user), **lookup)
    policy = Policy.of(module)
    if policy.is_hidden:
        raise Http404
    return module, policy


def _conversation(request, pk: int) -> tuple[Post, Module, Policy]:
    openings = Post.objects.shown_to(Reader.of(request)).filter(in_reply_to=None)
    root = get_object_or_404(for_screen(openings), pk=pk)
    return root, *_module_with_forum(request, pk=root.module_id)
