"""What a facilitator announces, as a mail."""

from django.core.mail import EmailMultiAlternatives
from django.urls import reverse
from django.utils import translation

from forum.models import Announcement
from forum.post_mails import headers
from forum.post_mails.letters import foot, made
from forum.unsubscribing import MODULE, Target
from sstc_academy.lib.addresses import absolute
from sstc_academy.lib.languages import translated
from sstc_academy.lib.text import render_markdown


def announcement_letter(announcement: Announcement, *, language: str) -> EmailMultiAlternatives:
    """In the language, or what is not translated in English."""
    module = announcement.module
    ends = Target(MODULE, module.pk)
    with translation.override(language):
        title, text = translated(announcement, "title"), translated(announcement, "text")
        context = {
            "title": title,
            "text": text,
            "html": render_markdown(text.text),
            "module": module,
            "module_title": translated(module, "title"),
            "url": absolute(None, reverse("forum:module", args=[module.slug])),
            **foot(ends, module),
        }
        # One line, whatever was typed.
        subject = " ".join(title.text.split())
        described = headers.of_announcement(announcement, language=language, ends=ends)
        return made("announcement", subject, context, described)
