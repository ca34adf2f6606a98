"""What people do to posts: change and delete their own, like and report those of others."""

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from forum import guests, languages, limits, moderation, rules, services
from forum.authors import Author
from forum.forms import PostForm, ReportForm
from forum.models import Like, Policy, Post, State
from forum.previewing import preview_of
from forum.readers import Reader
from forum.refusals import RefusedError, refused_unless_stored
from forum.views.writing import closed, is_stale, stale_message
from forum.wording import refusal


@never_cache
def edit(request, pk):
    """For a post's author: a member, or a guest in a known browser or with the mail's link."""
    try:
        post, key = _own_post(request, pk)
    except Http404:
        if "text" not in request.POST:
            raise
        # Removed, or hidden, while its author was writing.
        return _only_the_text(request, refusal(RefusedError(RefusedError.GONE)), status=410)
    if post is None and "text" in request.POST:
        message = _("You are no longer signed in, or this post is somebody else's.")
        return _only_the_text(request, message, status=403)
    if post is None:
        return _not_yours(request, pk)
    form = PostForm(
        request.POST if request.method == "POST" else None,
        is_opening=post.in_reply_to_id is None,
        initial={
            "title": post.title,
            "text": post.comment,
            "language": languages.name_of(post.language, get_language()),
        },
    )
    may_write = Policy.of(post.module).lets_write(request.user)
    shown, message, status = None, "", 200
    if request.method == "POST":
        if not may_write:
            message = closed(Policy.of(post.module))
        elif is_stale(request):
            message, status = stale_message(), 403
        else:
            try:
                if "preview" in request.POST:
                    shown = preview_of(request, form)
                elif form.is_valid():
                    with refused_unless_stored():
                        _change(post, form.cleaned_data)
                    return _back_to(request, post, key)
            except RefusedError as error:
                message, status = refusal(error), error.status
    context = {"post": post, "key": key, "form": form, "may_write": may_write}
    context |= {"module": post.module, "preview": shown, "refusal": message}
    return render(request, "forum/write/edit.html", context, status=status)


@never_cache
def delete(request, pk):
    post, key = _own_post(request, pk)
    if post is None:
        return _not_yours(request, pk)
    if request.method == "POST" and not is_stale(request):
        services.delete_post(post)
        if Post.objects.shown().filter(pk=post.pk).exists():
            return _back_to(request, post, key)
        if post.root_id != post.pk:
            return redirect("forum:conversation", post.root_id)
        return redirect("forum:module", post.module.slug)
    context = {"post": post, "key": key, "module": post.module}
    return render(request, "forum/write/delete.html", context)


@require_POST
@never_cache
def send_key(request, pk):
    """Sends a guest the link to change a post, wherever it is asked from: only they get it."""
    posts = Post.objects.of_readable_modules(request.user).exclude(guest_email="")
    posts = posts.filter(state__in=[State.PUBLISHED, State.HELD])
    post = get_object_or_404(posts, pk=pk)
    try:
        guests.send_key(request, post)
    except RefusedError as error:
        context = {"post": post, "refusal": refusal(error)}
        return render(request, "forum/write/not_yours.html", context, status=429)
    return redirect("forum:key_sent")


@never_cache
def key_sent(request):
    return render(request, "forum/write/key_sent.html")


@require_POST
@never_cache
def like(request, pk):
    """Of a member; `like` of the form is "1", or "0" to take it back."""
    if not request.user.is_authenticated:
        raise PermissionDenied
    post = _published_post(request, pk)
    try:
        rules.refuse_banned(Author.member(request.user))
    except RefusedError:
        raise PermissionDenied from None
    if Reader.of(request).wrote(post):
        raise PermissionDenied
    if request.POST.get("like") == "0":
        services.unlike(post, request.user)
    else:
        services.like(post, request.user)
    if request.htmx:
        post.refresh_from_db(fields=["like_count"])
        is_liked = Like.objects.of(request.user, [post.pk]).exists()
        context = {"post": post, "may_like": True, "is_liked": is_liked}
        return render(request, "forum/includes/likes.html", context)
    return redirect("forum:post", post.pk)


@never_cache
def report(request, pk):
    """Everybody may: a member, a guest, a visitor."""
    post = _published_post(request, pk)
    reader = Reader.of(request)
    if reader.wrote(post):
        return redirect("forum:edit", post.pk)
    form = ReportForm(request.POST if request.method == "POST" else None)
    message, status = "", 200
    if request.method == "POST":
        if is_stale(request):
            message, status = stale_message(), 403
        elif form.is_valid():
            try:
                with refused_unless_stored():
                    moderation.report(
                        post,
                        author=reader.author,
                        reporter=_reporter(request, reader),
                        network=limits.hashed("network", limits.Origin.of(request).network),
                        **form.cleaned_data,
                    )
            except RefusedError as error:
                message, status = refusal(error), error.status
            else:
                return redirect(reverse("forum:reported", args=[post.root_id]))
    context = {"post": post, "module": post.module, "form": form, "refusal": message}
    return render(request, "forum/write/report.html", context, status=status)


@never_cache
def reported(request, pk):
    """After a report on a post of the conversation `pk`."""
    return render(request, "forum/write/reported.html", {"conversation": pk})


def _own_post(request, pk) -> tuple[Post | None, str]:
    """None when it is somebody else's; with the key of the mail's link, if that let them in."""
    post = _readable_post(request, pk)
    if Reader.of(request).wrote(post):
        return post, ""
    if _has_key(request, post):
        return post, post.guest_key
    return None, ""


def _has_key(request, post: Post) -> bool:
    """The visitor has come by the link in the mail to the post's author."""
    key = request.GET.get("key", "")
    return bool(post.guest_key) and constant_time_compare(key, post.guest_key)


def _not_yours(request, pk):
    context = {"post": _readable_post(request, pk)}
    return render(request, "forum/write/not_yours.html", context, status=403)


def _only_the_text(request, message: str, status: int):
    """What was typed, for copying: there is no place for it here."""
    context = {"message": message, "text": request.POST["text"]}
    return render(request, "forum/write/only_the_text.html", context, status=status)


def _readable_post(request, pk) -> Post:
    """Also one that waits: its author may change it, and others learn nothing of it."""
    posts = Post.objects.of_readable_modules(request.user)
    post = get_object_or_404(
        posts.filter(state__in=[State.PUBLISHED, State.HELD]).for_display(), pk=pk
    )
    is_own = Reader.of(request).wrote(post) or _has_key(request, post)
    if post.state == State.HELD and not is_own:
        raise Http404
    return post


def _published_post(request, pk) -> Post:
    posts = Post.objects.of_readable_modules(request.user).filter(state=State.PUBLISHED)
    return get_object_or_404(posts.for_display(), pk=pk)


def _change(post: Post, values: dict) -> None:
    services.edit_post(
        post,
        text=values["text"],
        language=values["language"],
        title=values.get("title", ""),
    )


def _back_to(request, post: Post, key: str):
    """To the post; who came from the mail is known in this browser from now on."""
    response = redirect("forum:post", post.pk)
    if key and not request.user.is_authenticated:
        guests.remember_guest(response, guests.Guest(post.user_name, post.user_email))
    return response


def _reporter(request, reader: Reader) -> str:
    """A key that tells people apart, as well as we can."""
    if reader.author:
        return rules.person_key(reader.author)
    origin = limits.Origin.of(request)
    return limits.hashed("visitor", origin.browser or origin.network)
