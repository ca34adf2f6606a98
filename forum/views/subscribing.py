"""Where people say what they want to be told of; the mails themselves come from the worker."""

from functools import partial

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from forum import opting_in, subscribing
from forum.models import Frequency, PendingSubscription, Policy, Post, Subscriber
from forum.readers import Reader
from forum.refusals import RefusedError
from forum.subscribing import CONVERSATION, MODULE
from forum.subscription_forms import GuestSubscribeForm, SubscribeForm, SubscriptionsForm
from forum.subscription_words import choices_of
from forum.views.writing import is_stale
from forum.wording import refusal
from modules.models import Module


@never_cache
def subscribe_to_module(request, slug):
    modules = Module.objects.visible_to(request.user).select_related("forum_policy")
    module = get_object_or_404(modules, slug=slug)
    if Policy.of(module).is_hidden:
        raise Http404
    return _subscribe(request, module, conversation=None)


@never_cache
def subscribe_to_conversation(request, pk):
    openings = Post.objects.shown().of_readable_modules(request.user).openings()
    conversation = get_object_or_404(openings.for_display(), pk=pk)
    return _subscribe(request, conversation.module, conversation=conversation)


def _subscribe(request, module: Module, conversation: Post | None):
    reader = Reader.of(request)
    now = subscribing.frequencies_of(reader.subscriber, module, conversation)
    is_subscribed = any(frequency != Frequency.OFF for frequency in now.values())
    # Who comes for the first time comes for what the page was about.
    first = {CONVERSATION if conversation else MODULE: Frequency.AT_ONCE}
    form_class = partial(
        SubscribeForm if reader.author else GuestSubscribeForm,
        module=module,
        conversation=conversation,
        initial=now if is_subscribed else now | first,
    )
    form, message = form_class(request.POST if request.method == "POST" else None), ""
    if form.is_bound:
        if is_stale(request):
            message = stale_message()
        elif reader.author is None and "began" not in request.POST:
            # The form was made for somebody known, whose session or cookie has ended meanwhile.
            form = form_class(initial=request.POST.dict())
            message = _("You are no longer signed in. Sign in again, or give your address.")
        elif form.is_valid():
            try:
                return _store(request, reader, form, module, conversation)
            except RefusedError as error:
                message = refusal(error)
    context = {"module": module, "conversation": conversation, "form": form, "refusal": message}
    context |= {"reader": reader, "is_subscribed": is_subscribed}
    return render(request, "forum/subscriptions/subscribe.html", context, status=_status(request))


def _store(request, reader: Reader, form, module: Module, conversation: Post | None):
    place = {"module": module, "conversation": conversation}
    if reader.author is None:
        values = {name: form.cleaned_data[name] for name in ("email", "time_zone", "submission")}
        # True where the check is not asked for.
        values["is_checked"] = form.cleaned_data.get("is_checked", True)
        opting_in.ask(request, frequencies=form.frequencies, **values, **place)
        return redirect("forum:subscription_sent")
    with transaction.atomic():
        subscriber = reader.become_subscriber()
        subscribing.choose(subscriber, form.frequencies, **place)
    messages.success(request, _("Saved."))
    return _to_subscriptions(reader, subscriber)


@never_cache
def subscription_sent(request):
    return render(request, "forum/subscriptions/sent.html")


@never_cache
def confirm_subscription(request, token):
    """The link in the mail: shows what was asked for, and does it when the button is pressed.

    From then on it leads to all that this person has subscribed to.
    """
    waiting = PendingSubscription.objects.waiting().select_related(
        "module", "conversation__user", "subscriber"
    )
    pending = waiting.filter(token=token).first()
    if pending is None:
        return render(request, "forum/subscriptions/link_is_used.html", status=404)
    if pending.subscriber:
        return redirect("forum:subscriptions", pending.subscriber.key)
    if request.method == "POST" and not is_stale(request):
        subscriber = opting_in.confirm(pending)
        messages.success(request, _("Your subscription is confirmed."))
        return redirect("forum:subscriptions", subscriber.key)
    context = {"pending": pending, "choices": choices_of(pending)}
    context |= {"refusal": stale_message() if is_stale(request) else ""}
    return render(request, "forum/subscriptions/confirm.html", context, status=_status(request))


@never_cache
def subscriptions(request, key):
    """All of one person, for whoever has the key in their mails."""
    subscriber = Subscriber.objects.with_key(key)
    if subscriber is None:
        return render(request, "forum/subscriptions/unknown.html", status=404)
    response = _subscriptions(request, subscriber, "forum/subscriptions/by_key.html")
    # The key goes to no other site. Not "no-referrer": with it browsers hide from us, too, that
    # a form comes from our own page, and it would be refused.
    response["Referrer-Policy"] = "same-origin"
    return response


@never_cache
@login_required
def own_subscriptions(request):
    """The same for a member, without a key."""
    subscriber = Reader.of(request).subscriber
    return _subscriptions(request, subscriber, "forum/subscriptions/own.html")


def _subscriptions(request, subscriber: Subscriber | None, template: str):
    is_sent = request.method == "POST" and not is_stale(request)
    if is_sent and "end_all" in request.POST and subscriber:
        subscribing.end_all(subscriber)
        messages.success(request, _("You have ended all subscriptions. No more mail will come."))
        return redirect(request.path)
    form = SubscriptionsForm(request.POST if is_sent else None, subscriber=subscriber)
    if is_sent and "end" in request.POST:
        for row in form.rows:
            if str(row.pk) == request.POST["end"]:
                subscribing.end(row)
        messages.success(request, _("The subscription is ended."))
        return redirect(request.path)
    if is_sent and form.is_valid():
        subscribing.change(form.changed)
        messages.success(request, _("Saved."))
        return redirect(request.path)
    context = {"subscriber": subscriber, "form": form}
    context |= {"refusal": stale_message() if is_stale(request) else ""}
    return render(request, template, context, status=_status(request))


def _to_subscriptions(reader: Reader, subscriber: Subscriber):
    if reader.user:
        return redirect("forum:own_subscriptions")
    return redirect("forum:subscriptions", subscriber.key)


def stale_message() -> str:
    return _("The page had been open for too long. Nothing has changed: send it again.")


def _status(request) -> int:
    return 403 if is_stale(request) else 200
