"""One address in each mail that ends what the mail is about: for mail programs (RFC 8058), which
send a POST with no cookies, and for people, who are shown a button."""

from django.shortcuts import render
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from forum.models import Subscriber
from forum.unsubscribing import Target, end


# The key in the address is the proof: nobody else's browser knows it.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def unsubscribe(request, key, what):
    subscriber = Subscriber.objects.with_key(key)
    target = Target.read(what)
    if subscriber is None or target is None:
        return render(request, "forum/unsubscribe_unknown.html", status=404)
    is_ended = request.method == "POST"
    if is_ended:
        end(subscriber, target)
    context = {"subscriber": subscriber, "target": target, "is_ended": is_ended}
    with translation.override(subscriber.reads):
        response = render(request, "forum/unsubscribe.html", context)
    response["Content-Language"] = subscriber.reads
    return response
