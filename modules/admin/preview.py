from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from modules.models.publishing import LONGEST_TEXT
from sstc_academy.lib.text import render_markdown


@require_POST
def markdown_preview(request):
    """The text as readers will see it, by the renderer and the sanitiser of the whole site."""
    if not request.user.is_facilitator:
        raise PermissionDenied
    source = request.POST.get("text", "")
    if len(source) > LONGEST_TEXT:
        return HttpResponse(_("This text is too long for a preview."), content_type="text/plain")
    # Past the renderer's memory, which is for texts that many people read.
    return HttpResponse(render_markdown.__wrapped__(source))
