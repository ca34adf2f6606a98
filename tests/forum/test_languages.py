import pytest
from django.utils import translation

from forum import languages

SENTENCES = {
    "en": "We begin with the school of the village.",
    "fr": "Nous commençons par l'école du village.",
    "es": "Comenzamos por la escuela del pueblo.",
    "pt": "Começamos pela escola da aldeia.",
    "ar": "نبدأ بمدرسة القرية ثم ننتقل.",
    "de": "Wir beginnen mit der Schule im Dorf.",
    "it": "Cominciamo dalla scuola del paese.",
    "nl": "Wij beginnen met de school in het dorp.",
    "ru": "Мы начинаем со школы в деревне.",
    "uk": "Ми починаємо зі школи в селі.",
    "tr": "Köydeki okuldan başlıyoruz.",
    "id": "Kami mulai dengan sekolah di desa.",
    "vi": "Chúng tôi bắt đầu với trường học.",
    "hi": "हम गाँव के स्कूल से शुरू करते हैं।",
    "am": "ጉዳዩን በትምህርት ቤት እንጀምራለን።",
    "zh": "我们从村里的学校开始,然后再谈论其他的问题。",
    "ja": "私たちは村の学校から始めます。",
    "sw": "Tunaanza na shule ya kijiji chetu, halafu tutazungumza kuhusu ukaguzi wa kazi.",
}


@pytest.mark.parametrize(("code", "sentence"), SENTENCES.items(), ids=SENTENCES)
def test_a_sentence_tells_its_language_on_the_page_of_another(code, sentence):
    with translation.override("fr" if code == "en" else "en"):
        assert languages.detect(sentence) == code


@pytest.mark.parametrize("text", ["Obrigado!", "", "12.5 % (2026)", "x" * 20])
def test_a_text_that_does_not_tell_has_the_language_of_the_page(text):
    with translation.override("pt"):
        assert languages.detect(text) == "pt"


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("ar", "العربية"),
        ("fr", "Français"),
        ("sw", "Kiswahili"),
        ("zh", "中文"),
        ("fil", "Filipino"),
    ],
)
def test_a_language_is_named_in_itself(code, name):
    assert languages.own_name(code) == name
