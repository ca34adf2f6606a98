from allauth.account.adapter import get_adapter
from allauth.account.decorators import reauthentication_required
from allauth.account.utils import get_next_redirect_url
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.forms import DeletionForm, ProfileForm
from accounts.holders import all_holders
from accounts.mail import bounces
from accounts.models import User
from accounts.personal_data import as_zip, ask_for_deletion


@never_cache
@login_required
def profile(request):
    form = ProfileForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        user = form.save()
        # In the language that may just have been chosen.
        with override(user.language):
            messages.success(request, _("Saved."))
            response = redirect("accounts:profile")
        get_adapter().remember_language(response, user)
        return response
    if form.errors:
        # The name in the header is still the one that is stored.
        request.user.refresh_from_db()
    return render(request, "accounts/profile.html", {"form": form})


@require_safe
def member(request, pk):
    """What a person wants everybody to see; for the person, also what nobody else sees yet."""
    person = get_object_or_404(User.objects.filter(is_active=True), pk=pk)
    is_public = person.has_public_page and person.deletion_asked_at is None
    if not is_public and person != request.user:
        raise Http404
    parts = [(holder.template_name, holder.on_public_page(person)) for holder in all_holders()]
    shown = [{"template": name, "content": content} for name, content in parts if content]
    context = {"person": person, "is_public": is_public, "parts": shown}
    return render(request, "accounts/member.html", context)


@never_cache
@login_required
def data(request):
    return render(request, "accounts/data.html", {"form": DeletionForm()})


@never_cache
@require_POST
@login_required
@reauthentication_required
def download(request):
    response = HttpResponse(as_zip(request.user), content_type="application/zip")
    response["Content-Disposition"] = 'attachment; filename="sstc-academy-data.zip"'
    return response


@never_cache
@require_POST
@login_required
@reauthentication_required
def delete(request):
    form = DeletionForm(request.POST)
    if not form.is_valid():
        return render(request, "accounts/data.html", {"form": form})
    user = request.user
    adapter = get_adapter()
    adapter.send_notification_mail(
        "account/email/deletion_asked",
        user,
        {"sign_in_url": request.build_absolute_uri(reverse(settings.LOGIN_URL))},
    )
    ask_for_deletion(user, keeps_posts=form.cleaned_data["posts"] == "keep")
    adapter.logout(request)
    return redirect("accounts:deleted")


@require_POST
@login_required
def mail_works(request):
    """A member whose mails came back says that they arrive again."""
    bounces.forget(request.user.email)
    thanks = _("Thank you. Mails go to %(address)s again.") % {"address": request.user.email}
    messages.success(request, thanks)
    return redirect(get_next_redirect_url(request) or "accounts:profile")


@require_safe
def deleted(request):
    return render(request, "accounts/deleted.html")


@require_safe
def privacy(request):
    return render(request, "accounts/privacy.html")
