from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from forum import languages
from forum.models import LONGEST_POST, PendingPost, Post
from sstc_academy.lib.text import normal_text

LONGEST_TITLE = Post._meta.get_field("title").max_length
LONGEST_NAME = PendingPost._meta.get_field("name").max_length


class PostForm(forms.Form):
    """A post of a member, or of a guest whose address is confirmed already."""

    title = forms.CharField(
        label=_("Title (you may leave it empty)"), required=False, max_length=LONGEST_TITLE
    )
    text = forms.CharField(
        label=_("Your text"),
        # Longer ones are refused below, in words that say by how much.
        strip=False,
        widget=forms.Textarea(attrs={"rows": 8, "dir": "auto"}),
        error_messages={"required": _("Write something first.")},
        help_text=_("**bold**, *italic*, - lists, > quotes and links are understood."),
    )
    language = forms.CharField(
        label=_("Language of your text"),
        required=False,
        max_length=60,
        help_text=_("Leave it empty and the Academy finds it. Or write its name, in any language."),
    )
    # Made with the form: the same form sent twice is the same post.
    submission = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, is_opening: bool, **kwargs):
        super().__init__(*args, label_suffix="", **kwargs)
        if not is_opening:
            del self.fields["title"]
        self.fields["submission"].initial = uuid4

    def clean_title(self):
        return normal_text(self.cleaned_data["title"], is_one_line=True)

    def clean_text(self):
        text = normal_text(self.cleaned_data["text"])
        if not text:
            raise ValidationError(self.fields["text"].error_messages["required"])
        excess = len(text) - LONGEST_POST
        if excess > 0:
            raise ValidationError(
                ngettext(
                    "Your text is %(count)s character too long. Shorten it, or post it in parts.",
                    "Your text is %(count)s characters too long. Shorten it, or post it in parts.",
                    excess,
                )
                % {"count": excess}
            )
        return text

    def clean_submission(self):
        return self.cleaned_data["submission"] or uuid4()

    def clean_language(self):
        name = self.cleaned_data["language"]
        code = languages.find(name) if name.strip() else ""
        if code is None:
            raise ValidationError(
                _("This language is not known here. Write its name, such as Português or Swahili.")
            )
        return code

    def clean(self):
        values = super().clean()
        # What it was found to be, unless its author said.
        if "text" in values and values.get("language") == "":
            values["language"] = languages.detect(values["text"])
        return values


class GuestPostForm(PostForm):
    name = forms.CharField(
        label=_("Your name"),
        max_length=LONGEST_NAME,
        widget=forms.TextInput(attrs={"autocomplete": "name", "dir": "auto"}),
        help_text=_("Everybody sees it."),
    )
    email = forms.EmailField(
        label=_("Your e-mail address"),
        widget=forms.EmailInput(attrs={"autocomplete": "email", "dir": "ltr"}),
        help_text=_("It is never shown. We send you a link; open it to publish your post."),
    )

    field_order = ["title", "text", "language", "name", "email"]

    def clean_name(self):
        name = normal_text(self.cleaned_data["name"], is_one_line=True)
        if not name:
            raise ValidationError(_("Write the name under which you want to post."))
        return name
