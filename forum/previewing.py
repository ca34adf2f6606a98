"""A post as it would stand, shown to whoever writes it."""

from django.db import transaction
from django.utils.translation import get_language

from forum import languages
from forum.forms import PostForm
from forum.limits import Limit, Origin, count_or_wait, hashed
from forum.refusals import RefusedError, refused_unless_stored
from sstc_academy.lib.text import render_post

# To find the language of a text and to render it takes as long as a page. Nobody looks at a text
# more often; a training room is one network.
PER_BROWSER = Limit(short=60, long=600)
PER_NETWORK = Limit(short=600, long=6_000)


def preview_of(request, form: PostForm) -> dict | None:
    """For the template of the form; None when there is something to mend first.

    RefusedError when it is one preview too many.
    """
    # The form looks for the language.
    _count(Origin.of(request))
    if not form.is_valid():
        return None
    values = form.cleaned_data
    return {
        "title": values.get("title", ""),
        "html": render_post(values["text"]),
        "language": values["language"],
        "language_name": languages.name_of(values["language"], get_language()),
        "is_found": not form.data.get("language", "").strip(),
    }


def _count(origin: Origin) -> None:
    senders = []
    if origin.browser:
        senders.append((hashed("previewing browser", origin.browser), PER_BROWSER))
    if origin.network:
        senders.append((hashed("previewing network", origin.network), PER_NETWORK))
    with refused_unless_stored(), transaction.atomic():
        if count_or_wait(senders):
            raise RefusedError(RefusedError.TOO_MANY_PREVIEWS)
