"""Facilitators decide about a post where it stands; the desk for many is in the administration."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache

from forum.desk import Case
from forum.models import Post, State
from forum.moderation_forms import DecisionForm
from forum.readers import Reader
from forum.refusals import RefusedError, refused_unless_stored
from forum.views.writing import is_stale, stale_message
from forum.wording import refusal


@never_cache
def moderate(request, pk):
    if not Reader.of(request).is_facilitator:
        raise PermissionDenied
    posts = Post.objects.of_readable_modules(request.user).exclude(state=State.DELETED)
    post = get_object_or_404(posts.for_display(), pk=pk)
    is_sent = request.method == "POST"
    form = DecisionForm(request.POST if is_sent else None, posts=[post], by=request.user)
    message, status = "", 200
    if is_sent:
        if is_stale(request):
            message, status = stale_message(), 403
        elif form.is_valid():
            try:
                with refused_unless_stored():
                    outcome = form.save()
            except RefusedError as error:
                message, status = refusal(error), error.status
            else:
                for sentence in outcome.sentences:
                    messages.success(request, sentence)
                return redirect("forum:post", post.pk)
    context = {"case": Case(post), "module": post.module, "form": form, "refusal": message}
    return render(request, "forum/write/moderate.html", context, status=status)
