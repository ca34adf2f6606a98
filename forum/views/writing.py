from django.db import IntegrityError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from forum import guests, languages, services
from forum.forms import GuestPostForm, PostForm
from forum.models import PendingPost, Policy, Post, State
from modules.models import Module
from sstc_academy.lib.text import render_post


@never_cache
def new(request, slug):
    """A new conversation under a module."""
    module = _module(request, slug=slug)
    return _write(request, module, in_reply_to=None)


@never_cache
def reply(request, pk):
    post = get_object_or_404(
        Post.objects.of_readable_modules(request.user).filter(state=State.PUBLISHED).for_display(),
        pk=pk,
    )
    return _write(request, post.module, in_reply_to=post)


@never_cache
def sent(request):
    """Where a guest's post waits; says nothing of the address, so that it can be reloaded."""
    return render(request, "forum/write/sent.html")


@never_cache
def confirm(request, token):
    """The link in a guest's mail: shows the post, and publishes it when the button is pressed."""
    pending = PendingPost.objects.waiting().filter(token=token).first()
    if pending is None:
        return render(request, "forum/write/link_is_used.html", status=404)
    refusal = ""
    if request.method == "POST" and not _is_stale(request):
        try:
            post = guests.publish(pending)
        except services.RefusedError as error:
            refusal = _refusal(error)
        else:
            response = redirect("forum:post", post.pk)
            guests.remember_guest(response, guests.Guest(pending.name, pending.email))
            return response
    context = {"pending": pending, "html": render_post(pending.text), "refusal": refusal}
    return render(request, "forum/write/confirm.html", context)


def form_again(request, reason: str = ""):
    """The form with what was typed, when its token was too old to be taken (CSRF)."""
    match = request.resolver_match
    if match and match.view_name in {"forum:new", "forum:reply", "forum:confirm"}:
        request.form_is_stale = True
        return match.func(request, *match.args, **match.kwargs)
    return render(request, "403_csrf.html", status=403)


def _is_stale(request) -> bool:
    """The form's token was refused: nothing may be changed, and the form is shown again."""
    return getattr(request, "form_is_stale", False)


def _module(request, **lookup) -> Module:
    return get_object_or_404(Module.objects.visible_to(request.user), **lookup)


def _write(request, module: Module, in_reply_to: Post | None):
    policy = Policy.of(module)
    if policy.is_hidden:
        raise Http404
    guest = None if request.user.is_authenticated else guests.known_guest(request)
    is_unknown = guest is None and not request.user.is_authenticated
    form_class = GuestPostForm if is_unknown else PostForm
    is_stale = _is_stale(request)
    form = form_class(
        request.POST if request.method == "POST" else None, is_opening=in_reply_to is None
    )
    preview = None
    refusal = ""
    if request.method == "POST":
        if not policy.lets_write(request.user):
            refusal = _refusal(services.RefusedError(services.RefusedError.CLOSED))
        elif is_stale:
            refusal = _("The page had been open for too long. Your text is still here: send again.")
        elif form.is_valid():
            if "preview" in request.POST:
                preview = _preview(form)
            else:
                try:
                    return _store(request, module, in_reply_to, guest, form.cleaned_data)
                except services.RefusedError as error:
                    refusal = _refusal(error)
    return render(
        request,
        "forum/write/form.html",
        {
            "module": module,
            "in_reply_to": in_reply_to,
            "form": form,
            "guest": guest,
            "policy": policy,
            "may_write": policy.lets_write(request.user),
            "preview": preview,
            "refusal": refusal,
        },
        status=403 if is_stale else 200,
    )


def _preview(form) -> dict:
    values = form.cleaned_data
    return {
        "title": values.get("title", ""),
        "html": render_post(values["text"]),
        "language": values["language"],
        "language_name": languages.name_of(values["language"], get_language()),
        "is_found": not form.data.get("language", "").strip(),
    }


def _store(request, module, in_reply_to, guest, values):
    """What was sent becomes a post, or waits for its guest's mail; twice the same is once."""
    post = Post.objects.filter(submission=values["submission"]).first()
    if post:
        return redirect("forum:post", post.pk)
    said = {key: values[key] for key in ("text", "language", "submission")}
    title = values.get("title", "")
    if not request.user.is_authenticated and guest is None:
        unknown = guests.Guest(values["name"], values["email"])
        guests.hold_for_confirmation(
            request, module=module, in_reply_to=in_reply_to, guest=unknown, title=title, **said
        )
        return redirect("forum:sent")
    author = services.Author.member(request.user) if guest is None else _as_author(guest)
    try:
        if in_reply_to:
            post = services.add_reply(in_reply_to=in_reply_to, author=author, **said)
        else:
            post = services.open_conversation(module=module, author=author, title=title, **said)
    except IntegrityError:
        # The same form sent twice at once: the other one was first.
        post = get_object_or_404(Post, submission=values["submission"])
    return redirect("forum:post", post.pk)


def _as_author(guest: guests.Guest) -> services.Author:
    return services.Author(name=guest.name, email=guest.email)


def _refusal(error: services.RefusedError) -> str:
    if error.reason == services.RefusedError.TOO_DEEP:
        return _("This conversation cannot go deeper. Answer an earlier post; your text is here.")
    if error.reason == services.RefusedError.TOO_MANY:
        return _("Many links went to this address. Open one of them, or send again in an hour.")
    if error.reason == services.RefusedError.CLOSED:
        return _("This forum takes no new posts now. Copy your text to keep it.")
    return _("The post that you answer has been removed meanwhile. Copy your text to keep it.")
