"""The optional check against automatic posts: the browser finds a number, which takes a while and
costs people nothing. ALTCHA's protocol, by our own server and a script of a few lines; its widget
brings 66 kB and styles that a strict content security policy refuses."""

import json

from django import forms
from django_altcha import AltchaField, get_altcha_challenge

# Some seconds of a cheap phone, while its owner writes.
_LARGEST_NUMBER = 50_000


class ChallengeInput(forms.HiddenInput):
    """Each time it is shown with a new challenge, whatever was answered before."""

    template_name = "forum/write/challenge.html"

    def __init__(self, options=None, **kwargs):
        super().__init__(**kwargs)

    def get_context(self, name, value, attrs):
        challenge = json.dumps(vars(get_altcha_challenge(max_number=_LARGEST_NUMBER)))
        return super().get_context(name, None, (attrs or {}) | {"data-challenge": challenge})


class ChallengeField(AltchaField):
    """Whether it was solved: an empty answer, as of a browser without JavaScript, is no fault;
    whoever asks decides what it means. A wrong, old or used answer is one, told by `refusal`."""

    widget = ChallengeInput

    def __init__(self, *, refusal: str):
        super().__init__(error_messages=dict.fromkeys(("error", "invalid", "replay"), refusal))

    def clean(self, value):
        if not value:
            return False
        self.validate(value)
        return True
