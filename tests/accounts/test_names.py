"""Names that everybody sees: nobody may look like somebody else, or like the Academy."""

import pytest
from django.core.exceptions import ValidationError

from accounts.names import clean_display_name
from tests.factories import make_facilitator, make_user


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Ana   Lima ", "Ana Lima"),
        ("João d’Ávila-Nuñez", "João d’Ávila-Nuñez"),
        ("سلمى الخطيب", "سلمى الخطيب"),
        ("Анна Каренина", "Анна Каренина"),
        ("Αλέξης", "Αλέξης"),
        ("田中 太郎", "田中 太郎"),
        ("علی\u200cرضا", "علی\u200cرضا"),
        ("Ana\u200b\u202e Lima\u00ad", "Ana Lima"),
        ("Ana\0Lima", "AnaLima"),
        ("A\u030aase", "Åase"),
        ("Zoë 2", "Zoë 2"),
        ("Administraçã Silva", "Administraçã Silva"),
        ("Milo", "Milo"),
    ],
)
def test_a_name_is_kept_without_what_nobody_sees(db, typed, kept):
    assert clean_display_name(typed) == kept


@pytest.mark.parametrize("typed", ["", "   ", "\u200b\u200d\u2060", "...", "\u3164", "123", "🙂"])
def test_a_name_has_letters(db, typed):
    with pytest.raises(ValidationError, match="Write the name that others should see"):
        clean_display_name(typed)


def test_a_name_of_300_characters_is_refused_with_the_number(db):
    with pytest.raises(ValidationError, match="220 characters too long"):
        clean_display_name("A" * 300)


@pytest.mark.parametrize("typed", ["ana@example.org", "https://x.org", "www.x.org", "<b>Ana</b>"])
def test_an_address_is_no_name(db, typed):
    with pytest.raises(ValidationError, match="not an address"):
        clean_display_name(typed)


@pytest.mark.parametrize(
    "typed",
    [
        "Admin",
        "ADMIN",
        "The Admin Team",
        "Adm1n",
        "Admín",
        "Аdmіnistrator".replace("d", "d"),
        "A d m i n",
        "modérateur",
        "SSTC Academy",
        "S.S.T.C. Academy",
        "مشرف",
        "Facilitadora",
        "I L O",
        "Ａｄｍｉｎ",
        "𝐀𝐝𝐦𝐢𝐧",
        "Ad\u200bmin",
    ],
)
def test_nobody_looks_like_the_academy(db, typed):
    with pytest.raises(ValidationError):
        clean_display_name(typed)


@pytest.mark.parametrize(
    "typed",
    [
        "Rosa Marin",
        "rosa marin",
        "R0sa Mar1n",
        "RosaMarin",
        "Rosa  Marin.",
        "Rosa Marín",
        "Rоsа Marin",
        "Ｒosa Marin",
        "Rosa Ma\u200brin",
        "Rosa Mаrin",
    ],
)
def test_nobody_looks_like_a_facilitator(db, typed):
    make_facilitator(display_name="Rosa Marin")

    with pytest.raises(ValidationError):
        clean_display_name(typed, make_user())


def test_two_members_may_have_the_same_name(db):
    make_user(display_name="Ana Lima")

    assert clean_display_name("Ana Lima", make_user()) == "Ana Lima"


def test_a_facilitator_keeps_the_name(db):
    rosa = make_facilitator(display_name="Rosa Marin")

    assert clean_display_name("Rosa Marin", rosa) == "Rosa Marin"
