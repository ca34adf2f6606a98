"""Names that people see: nobody may look like somebody else."""

import re
import unicodedata

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.models import User
from sstc_academy.lib.text import normal_text

LONGEST_NAME = User._meta.get_field("display_name").max_length
# Letters and signs that look like a Latin letter. Capitals first: some of them look like another
# letter than their small form does.
_CAPITALS = str.maketrans("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧАВЕЅІЈКМНОРСТУХ", "ABEZHIKMNOPTYXABESIJKMHOPCTYX")
_LETTERS = str.maketrans(
    "αβγεικνορτυχηωавгеѕіјкмнопрстухԁԛԝһүиьıłøđħŧɡɑ03457$@i1|!",
    "abyeikvoptuxnwabresijkmhonpctyxdqwhyubilodhtgaoeastsallll",
)
_NAMED_SCRIPTS = ("LATIN", "CYRILLIC", "GREEK")
# What stands for the Academy itself, as a word of a name, in the five languages.
_OFFICIAL_WORDS = """
    admin administrator administration moderator moderation facilitator webmaster
    administrateur administratrice modérateur modératrice facilitateur facilitatrice
    administrador administradora moderador moderadora facilitador facilitadora
    مدير مشرف ميسر ميسرة المدير المشرف الميسر الميسرة إدارة الإدارة
"""
_OFFICIAL_NAMES = (
    "SSTC Academy",
    "SSTC",
    "The Academy",
    "ILO",
    "OIT",
    "System",
    "Support",
    "Staff",
)


def skeleton(name: str) -> str:
    """What is left of a name when one looks at it quickly: equal for names that look alike."""
    plain = unicodedata.normalize("NFKD", name).translate(_CAPITALS).casefold()
    letters = "".join(
        char for char in plain if unicodedata.category(char)[0] in "LNS" or char in "!@"
    )
    return letters.translate(_LETTERS).replace("rn", "m").replace("vv", "w")


_OFFICIAL = {skeleton(word) for word in _OFFICIAL_WORDS.split()}
_OFFICIAL_WHOLE = {skeleton(name) for name in _OFFICIAL_NAMES}


def clean_display_name(name: str, user: User | None = None) -> str:
    """The name as it is stored; ValidationError when it may not be used by `user`."""
    # Joiners belong to some scripts, where they stand between letters; nothing else invisible may.
    name = "".join(
        char for char in name if unicodedata.category(char) != "Cf" or char in "\u200c\u200d"
    )
    name = normal_text(name, is_one_line=True).strip("\u200c\u200d ")
    if not any(unicodedata.category(char)[0] == "L" for char in name):
        raise ValidationError(_("Write the name that others should see."))
    excess = len(name) - LONGEST_NAME
    if excess > 0:
        raise ValidationError(
            ngettext(
                "This name is %(count)s character too long.",
                "This name is %(count)s characters too long.",
                excess,
            )
            % {"count": excess}
        )
    if re.search(r"[@/\\<>]|www\.", name, re.IGNORECASE):
        raise ValidationError(_("Write a name, not an address."))
    if any(len(_scripts(word)) > 1 for word in name.split()):
        raise ValidationError(_("Write each word of your name in the letters of one alphabet."))
    if _looks_official(name):
        raise ValidationError(_("This name would look as if the Academy spoke. Choose another."))
    if _looks_like_a_facilitator(name, user):
        raise ValidationError(_("A facilitator has this name. Add something that tells you apart."))
    return name


def _scripts(word: str) -> set[str]:
    names = (unicodedata.name(char, "").split(" ")[0] for char in word)
    return {name for name in names if name in _NAMED_SCRIPTS}


def _looks_official(name: str) -> bool:
    words = re.split(r"[\W_]+", name)
    return skeleton(name) in _OFFICIAL_WHOLE | _OFFICIAL or any(
        skeleton(word) in _OFFICIAL for word in words if word
    )


def _looks_like_a_facilitator(name: str, user: User | None) -> bool:
    others = User.objects.facilitators()
    if user is not None and user.pk:
        if User.objects.facilitators().filter(pk=user.pk).exists():
            return False
        others = others.exclude(pk=user.pk)
    looks = skeleton(name)
    return any(skeleton(other) == looks for other in others.values_list("display_name", flat=True))


class NameForm(forms.Form):
    """The first part of every sign-up, also of one that begins at Google."""

    display_name = forms.CharField(
        label=_("Your name"),
        # Longer ones are refused below, in words that say by how much.
        max_length=2000,
        widget=forms.TextInput(attrs={"autocomplete": "name", "dir": "auto", "maxlength": None}),
        help_text=_("Everybody sees it beside what you write."),
        error_messages={"required": _("Write the name that others should see.")},
    )

    def clean_display_name(self):
        return clean_display_name(self.cleaned_data["display_name"])

    def signup(self, request, user):
        """Nothing: the adapter stores the name with the account."""
