"""The catalogues: complete in five languages, and what the check would not let pass."""

import shutil

import pytest
from django.utils.translation import ngettext, override

from sstc_academy import catalogues


def test_all_five_catalogues_are_complete():
    assert [str(fault) for fault in catalogues.faults()] == []


@pytest.fixture
def french(settings, tmp_path):
    """Changes a copy of the French catalogue, and tells what the check says of it."""
    copy = shutil.copytree(settings.LOCALE_PATHS[0], tmp_path / "locale")
    settings.LOCALE_PATHS = [copy]
    path = copy / "fr" / "LC_MESSAGES" / "django.po"

    def check(old: str, new: str) -> list[str]:
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return [fault.reason for fault in catalogues.faults()]

    return check


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('msgstr "depuis %(date)s"', 'msgstr ""', "is not translated"),
        ('msgstr "depuis %(date)s"', 'msgstr "depuis"', "has other placeholders: %(date)s"),
        ('msgid "since %(date)s"', 'msgid "as of %(date)s"', "is missing; run: make messages"),
        ('msgid "since %(date)s"', '#, fuzzy\nmsgid "since %(date)s"', "is fuzzy"),
    ],
)
def test_a_faulty_entry_fails_the_check(french, old, new, reason):
    assert reason in french(old, new)


def test_arabic_forms_differ_where_the_grammar_does():
    with override("ar"):
        forms = {
            ngettext("%(number)s event", "%(number)s events", n) for n in (0, 1, 2, 3, 11, 100)
        }

    assert len(forms) == 6
