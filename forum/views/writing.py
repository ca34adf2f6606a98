from contextlib import nullcontext
from functools import partial

from django.contrib import messages
from django.core import signing
from django.db import IntegrityError, transaction
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from accounts import coming_back
from forum import guests, services
from forum.authors import Author
from forum.forms import GuestPostForm, NewPostForm, PostForm
from forum.limits import Origin
from forum.models import CONFIRMATION_TIME, Frequency, PendingPost, Policy, Post, State
from forum.previewing import preview_of
from forum.readers import Reader
from forum.refusals import RefusedError, refused_unless_stored
from forum.rules import Draft
from forum.subscribing import follow_answers, subscribe
from forum.wording import refusal
from modules.models import Module
from sstc_academy.lib.text import render_post

_SENT = "forum.sent"


@never_cache
def new(request, slug):
    """A new conversation under a module."""
    modules = Module.objects.visible_to(request.user).select_related("forum_policy")
    return _write(request, get_object_or_404(modules, slug=slug), in_reply_to=None)


@never_cache
def reply(request, pk):
    posts = Post.objects.for_display()
    if request.method == "POST":
        # What was typed is shown again, also when it can no longer be posted here.
        modules = Module.objects.visible_to(request.user)
        post = get_object_or_404(posts.filter(module__in=modules.values("pk")), pk=pk)
    else:
        readable = posts.of_readable_modules(request.user).filter(state=State.PUBLISHED)
        post = get_object_or_404(readable, pk=pk)
    return _write(request, post.module, in_reply_to=post)


@never_cache
def sent(request):
    """Where a guest's post waits, and where its link has gone."""
    try:
        pk = signing.loads(request.GET.get("post", ""), salt=_SENT, max_age=CONFIRMATION_TIME)
    except signing.BadSignature:
        pk = None
    waiting = PendingPost.objects.select_related("module", "in_reply_to")
    pending = waiting.filter(pk=pk).first()
    form_url = pending and _form_url(pending)
    return render(request, "forum/write/sent.html", {"pending": pending, "form_url": form_url})


def _form_url(pending: PendingPost) -> str:
    if pending.in_reply_to:
        return reverse("forum:reply", args=[pending.in_reply_to_id])
    return reverse("forum:new", args=[pending.module.slug])


def _to_sent(pending: PendingPost):
    return redirect(f"{reverse('forum:sent')}?post={signing.dumps(pending.pk, salt=_SENT)}")


@never_cache
def confirm(request, token):
    """The link in a guest's mail: shows the post, and publishes it when the button is pressed.

    From then on it leads to where the post is changed or deleted.
    """
    pending = PendingPost.objects.waiting().filter(token=token).first()
    if pending is None:
        if post := Post.objects.filter(guest_key=token).first():
            return redirect(f"{reverse('forum:edit', args=[post.pk])}?key={token}")
        return render(request, "forum/write/link_is_used.html", status=404)
    message, status = "", 200
    if request.method == "POST" and not is_stale(request):
        try:
            with refused_unless_stored():
                post = guests.publish(pending)
        except RefusedError as error:
            message, status = refusal(error), error.status
        else:
            response = _to_new(request, post)
            guests.remember_guest(response, guests.Guest(pending.name, pending.email))
            return response
    context = {"pending": pending, "html": render_post(pending.text), "refusal": message}
    return render(request, "forum/write/confirm.html", context, status=status)


def form_again(request, reason: str = ""):
    """The form with what was typed, when its token was too old to be taken (CSRF)."""
    match = request.resolver_match
    if match and match.view_name in _FORMS:
        request.form_is_stale = True
        return match.func(request, *match.args, **match.kwargs)
    return render(request, "403_csrf.html", status=403)


_FORMS = {
    f"forum:{name}"
    for name in (
        "new",
        "reply",
        "confirm",
        "edit",
        "delete",
        "report",
        "moderate",
        "subscribe_to_module",
        "subscribe_to_conversation",
        "confirm_subscription",
        "subscriptions",
        "own_subscriptions",
    )
}


def is_stale(request) -> bool:
    """The form's token was refused: nothing may be changed, and the form is shown again."""
    return getattr(request, "form_is_stale", False)


def closed(policy: Policy) -> str:
    """Why a forum takes no post of this person now."""
    is_for_members = policy.mode == Policy.Mode.MEMBERS
    code = RefusedError.MEMBERS_ONLY if is_for_members else RefusedError.CLOSED
    return refusal(RefusedError(code))


def stale_message() -> str:
    return _("The page had been open for too long. Your text is still here: send again.")


def _write(request, module: Module, in_reply_to: Post | None):
    policy = Policy.of(module)
    if policy.is_hidden and request.method != "POST":
        raise Http404
    if "sign_in" in request.POST and not is_stale(request):
        return coming_back.sign_in_first(request)
    reader = Reader.of(request)
    form_class = partial(
        NewPostForm if reader.author else GuestPostForm, is_opening=in_reply_to is None
    )
    data = request.POST if request.method == "POST" else None
    form, shown, message, status = form_class(data), None, "", 200
    is_gone = in_reply_to is not None and in_reply_to.state != State.PUBLISHED
    if not form.is_bound:
        form = form_class(initial=_initial(request, reader))
    elif is_gone:
        message = refusal(RefusedError(RefusedError.GONE))
    elif not policy.lets_write(request.user):
        message = closed(policy)
    elif is_stale(request):
        message, status = stale_message(), 403
    elif "preview" in data:
        # Of the text alone: a guest need not have given a name yet.
        said = PostForm(data, is_opening=in_reply_to is None)
        try:
            shown = preview_of(request, said)
        except RefusedError as error:
            message, status = refusal(error), error.status
        if shown or message:
            form = form_class(initial=_sent_before(data))
    elif reader.author is None and "began" not in data:
        # The form was made for somebody known, whose session or cookie has ended meanwhile.
        form = form_class(initial=_sent_before(data))
        message = _(
            "You are no longer signed in. Your text is still here: sign in again, "
            "or post as a guest."
        )
    elif form.is_valid():
        try:
            with refused_unless_stored():
                return _store(request, module, in_reply_to, form.cleaned_data)
        except RefusedError as error:
            message, status = refusal(error), error.status
    return render(
        request,
        "forum/write/form.html",
        {
            "module": module,
            # Nothing is told of a post that does not stand.
            "in_reply_to": None if is_gone or policy.is_hidden else in_reply_to,
            "form": form,
            "guest": reader.guest,
            "policy": policy,
            "may_write": policy.lets_write(request.user),
            "preview": shown,
            "refusal": message,
        },
        status=status,
    )


def _initial(request, reader: Reader) -> dict:
    """Of an empty form, or of one that was filled in before signing in."""
    is_told = reader.is_told_of_answers
    typed = coming_back.typed_before(request) if reader.user else None
    if typed is None:
        return {"tell_me": is_told, "was_told": is_told}
    is_pressed = is_told or "tell_me" in typed
    return typed.dict() | {"tell_me": is_pressed, "was_told": is_told}


def _sent_before(data) -> dict:
    # Of a box that is not pressed nothing is sent.
    return {"tell_me": False} | data.dict()


def _store(request, module, in_reply_to, values):
    """What was sent becomes a post, or waits for its guest's mail; twice the same is once."""
    reader = Reader.of(request)
    said = {key: values[key] for key in ("text", "language", "submission")}
    title = values.get("title", "")
    try:
        if reader.author is None:
            author = Author(name=values["name"], email=values["email"])
            draft = Draft(
                author, module, said["text"], title, is_checked=values.get("is_checked", True)
            )
            if post := Post.objects.filter(submission=values["submission"]).first():
                # Sent again, after the link had been used.
                return redirect("forum:post", post.pk)
            pending = guests.hold_for_confirmation(
                request,
                draft,
                in_reply_to=in_reply_to,
                language=said["language"],
                submission=said["submission"],
                wants_answers=bool(values["tell_me"]),
            )
            return _to_sent(pending)
        said |= {"author": reader.author, "origin": Origin.of(request)}
        # Together with the switch, where it was pressed.
        with nullcontext() if values["tell_me"] is None else transaction.atomic():
            if in_reply_to:
                post = services.add_reply(in_reply_to=in_reply_to, **said)
            else:
                post = services.open_conversation(module=module, title=title, **said)
            _switch_answers(reader, values["tell_me"])
    except (IntegrityError, RefusedError):
        # The same form sent before, or twice at once: the other one was first.
        post = Post.objects.filter(submission=values["submission"]).first()
        if post is None:
            waiting = PendingPost.objects.filter(submission=values["submission"])
            if pending := waiting.first():
                return _to_sent(pending)
            raise
    coming_back.forget(request)
    return _to_new(request, post)


def _to_new(request, post: Post):
    """Where it stands; one that waits says there that it does."""
    if post.state == State.PUBLISHED:
        messages.success(request, _("Your post is published."))
    return redirect("forum:post", post.pk)


def _switch_answers(reader: Reader, is_wanted: bool | None) -> None:
    """None leaves it as it is."""
    if is_wanted:
        follow_answers(reader.become_subscriber())
    elif is_wanted is False and reader.subscriber:
        subscribe(reader.subscriber, frequency=Frequency.OFF)
