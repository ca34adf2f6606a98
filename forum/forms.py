from datetime import timedelta
from time import time
from uuid import uuid4

from django import forms
from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.addresses import refuse_throw_away
from accounts.names import clean_display_name
from forum import languages
from forum.captcha import ChallengeField
from forum.models import LONGEST_POST, PendingPost, Post, Reason, Report
from sstc_academy.lib.text import normal_text

LONGEST_TITLE = Post._meta.get_field("title").max_length
# Nobody reads the form, writes and gives name and address in less.
QUICKEST_GUEST = timedelta(seconds=3)
_SALT = "forum.form"
LONGEST_NOTE = Report._meta.get_field("note").max_length
LONGEST_NAME = PendingPost._meta.get_field("name").max_length


class PostForm(forms.Form):
    """A post of somebody known: a member, or a guest whose address is confirmed already."""

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
        title = normal_text(self.cleaned_data["title"], is_one_line=True)
        # Some letters have become two.
        MaxLengthValidator(LONGEST_TITLE)(title)
        return title

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


class NewPostForm(PostForm):
    """With a switch that says what is so, and changes it only when it is pressed."""

    tell_me = forms.BooleanField(label=_("Tell me by e-mail when somebody answers"), required=False)
    # Whether the form has shown it pressed.
    was_told = forms.BooleanField(widget=forms.HiddenInput, required=False)

    def clean(self):
        values = super().clean()
        # None: as it was.
        is_pressed = values.get("tell_me", False)
        values["tell_me"] = is_pressed if is_pressed != values.get("was_told", False) else None
        return values


class AgainstRobots(forms.Form):
    """Of a form that anybody may send: fields that tell people from machines."""

    too_quick = _("That was very quick. Please send it once more.")
    check_is_old = _("The check against automatic forms has grown old. Please send it once more.")

    # People do not see it; what fills in every field is no person.
    website = forms.CharField(
        label=_("Leave this field empty"),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )
    # When the form was made.
    began = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["began"].initial = began_now
        if settings.CAPTCHA:
            self.fields["is_checked"] = ChallengeField(refusal=self.check_is_old)

    def clean_website(self):
        if self.cleaned_data["website"]:
            raise ValidationError(_("Leave this field empty, and send again."))
        return ""

    def clean(self):
        # Its field is hidden: what is wrong with it is said of the form.
        if "is_checked" in self.errors:
            self.add_error(None, self.errors.pop("is_checked").as_data())
        values = super().clean()
        # Sent again, a form that came too quickly is old enough.
        age = _age(values.get("began", ""))
        if age is None:
            self.data = self.data.copy()
            self.data["began"] = began_now()
        # With something else to mend there will be time enough.
        if not self.errors and (age is None or age < QUICKEST_GUEST):
            raise ValidationError(self.too_quick)
        return values


class GuestPostForm(AgainstRobots, NewPostForm):
    too_quick = _("That was very quick. Please send your text once more.")
    check_is_old = _(
        "The check against automatic posts has grown old. Please send your text once more."
    )
    # Nobody is told here what is known of an address.
    was_told = None

    name = forms.CharField(
        label=_("Your name"),
        max_length=LONGEST_NAME,
        widget=forms.TextInput(attrs={"autocomplete": "name", "dir": "auto"}),
        error_messages={"required": _("Write the name under which you want to post.")},
        help_text=_("Everybody sees it."),
    )
    email = forms.EmailField(
        label=_("Your e-mail address"),
        max_length=PendingPost._meta.get_field("email").max_length,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "dir": "ltr"}),
        error_messages={"required": _("Write your e-mail address.")},
        help_text=_("It is never shown. We send you a link; open it to publish your post."),
    )

    field_order = ["title", "text", "language", "name", "email", "tell_me"]

    def clean_name(self):
        name = clean_display_name(self.cleaned_data["name"])
        MaxLengthValidator(LONGEST_NAME)(name)
        return name

    def clean_email(self):
        refuse_throw_away(self.cleaned_data["email"])
        return self.cleaned_data["email"]


def began_now() -> str:
    """The present moment, signed."""
    return signing.Signer(salt=_SALT).sign(str(int(time())))


def _age(began: str) -> timedelta | None:
    """None for what is no sign of ours."""
    try:
        signed = signing.Signer(salt=_SALT).unsign(began)
    except signing.BadSignature:
        return None
    return timedelta(seconds=time() - float(signed))


class ReportForm(forms.Form):
    reason = forms.ChoiceField(
        label=_("What is wrong with this post?"), choices=Reason, widget=forms.RadioSelect
    )
    note = forms.CharField(
        label=_("In your own words (you may leave it empty)"),
        required=False,
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, label_suffix="", **kwargs)

    def clean_note(self):
        note = normal_text(self.cleaned_data["note"])
        MaxLengthValidator(LONGEST_NOTE)(note)
        return note
