"""The content pack: what it brings, and how it leaves alone what facilitators have done."""

import shutil
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from modules.models import Module, NewsItem, PackEntry, Pledge, TimelineEvent, Video
from modules.pack import PackError, load_pack
from sstc_academy.lib import languages
from tests.factories import make_module

SHIPPED = settings.BASE_DIR / "modules" / "content"
pytestmark = pytest.mark.django_db


@pytest.fixture
def pack(tmp_path) -> Path:
    """A copy of the shipped pack, to be changed."""
    return Path(shutil.copytree(SHIPPED, tmp_path / "content"))


def change(pack: Path, name: str, old: str, new: str) -> None:
    path = pack / "module-2" / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_shipped_pack_brings_module_2_whole():
    call_command("load_academy", verbosity=0)

    module = Module.objects.get()
    assert (module.number, module.slug) == (2, "module-2")
    assert module in Module.objects.published()
    assert module.events.count() == 18
    assert module.videos.count() == 3
    assert NewsItem.objects.get().pledge == Pledge.objects.get()
    assert Pledge.objects.get().commitments.count() == 3


def test_every_text_of_the_shipped_pack_exists_in_all_five_languages():
    load_pack(SHIPPED)

    module = Module.objects.get()
    rows = [module, *module.sections.all(), *module.events.all(), *module.figures.all()]
    rows += [*module.videos.all(), *module.resources.all(), NewsItem.objects.get()]
    rows += [Pledge.objects.get(), *Pledge.objects.get().commitments.all()]
    missing = [
        f"{row!r} {name}_{code}"
        for row in rows
        for name in ("title", "label", "text", "body", "summary", "lead", "objectives", "place")
        if getattr(row, f"{name}_en", "")
        for code in languages.CODES
        if not getattr(row, f"{name}_{code}")
    ]

    assert missing == []


def test_the_clip_plays_with_captions_in_all_five_languages():
    load_pack(SHIPPED)

    clip = Video.objects.exclude(file="").get()
    assert [code for code, _url in clip.caption_tracks] == list(languages.CODES)


def test_translations_of_the_pack_are_marked_as_drafts():
    load_pack(SHIPPED)

    assert Module.objects.get().unreviewed_languages == ["fr", "es", "pt", "ar"]


def test_loading_twice_changes_nothing():
    load_pack(SHIPPED)
    before = list(TimelineEvent.objects.values())

    report = load_pack(SHIPPED)

    assert (report.created, report.updated) == ([], [])
    assert list(TimelineEvent.objects.values()) == before


def test_a_newer_pack_improves_what_nobody_has_edited(pack):
    load_pack(pack)
    change(pack, "text.en.yaml", "Global Conference in The Hague", "Conference in The Hague")

    report = load_pack(pack)

    assert report.updated == ["module-2/events/hague-conference"]
    assert TimelineEvent.objects.filter(title_en="Conference in The Hague").exists()


def test_a_facilitators_edit_is_never_overwritten(pack):
    load_pack(pack)
    event = TimelineEvent.objects.get(title_en="Global Conference in The Hague")
    event.title_en = "My own words"
    event.save()
    change(pack, "text.en.yaml", "Global Conference in The Hague", "Conference in The Hague")

    report = load_pack(pack)

    event.refresh_from_db()
    assert event.title_en == "My own words"
    assert report.left_alone == ["module-2/events/hague-conference"]


def test_what_a_facilitator_deleted_stays_deleted(pack):
    load_pack(pack)
    TimelineEvent.objects.get(title_en="Global Conference in The Hague").delete()
    change(pack, "text.en.yaml", "Global Conference in The Hague", "Conference in The Hague")

    load_pack(pack)

    assert TimelineEvent.objects.count() == 17


def test_a_module_that_was_there_before_is_left_alone():
    mine = make_module(number=2, slug="my-module", title_en="Mine")

    report = load_pack(SHIPPED)

    assert list(Module.objects.all()) == [mine]
    assert "module-2/module" in report.left_alone


@pytest.mark.parametrize(
    ("name", "old", "new", "reason"),
    [
        ("module.yaml", "2007-12-14", "2007-13-14", "date: Write a date such as"),
        ("module.yaml", "kind: agreement", "kind: treaty", "kind: Value 'treaty' is not"),
        ("module.yaml", "slug: module-2", "slugg: module-2", "“slugg” is unknown here"),
        ("module.yaml", "key: hague-conference", "key: den-haag", "is unknown here"),
        ("module.yaml", "files/south-south.mp4", "files/nothing.mp4", "“nothing.mp4” is missing"),
        ("module.yaml", "files/south-south.mp4", "../../secret", "“secret” is missing"),
        ("module.yaml", "pledge: icmpd", "pledge: other", "no pledge has the key “other”"),
        ("module.yaml", 'announced: "2021-06-10"', "announced: soon", "must be a day such as"),
        ("module.yaml", "number: 2", "number: two", "“number” must be a whole number"),
        ("module.yaml", "number: 2", "number: 2020-13-45", "“number” is not a value that can be"),
        ("module.yaml", "number: 2", 'number: !!int "abc"', "“number” is not a value that can be"),
        ("module.yaml", "number: 2", "number: " + "9" * 30, "number: Ensure this value is less"),
        ("module.yaml", "number: 2", "number: ~", "number: This field cannot be null"),
        ("module.yaml", "slug: module-2", "slug: !!python/object/apply:os.getcwd []", "“slug” is"),
        ("module.yaml", "number: 2", "? [a, b]\n: 2", "a name must be a plain word"),
        ("module.yaml", "seconds: 59", "seconds: .inf", "“seconds” must be a whole number"),
        ("module.yaml", "seconds: 59", "seconds: true", "“seconds” must be a whole number"),
        ("module.yaml", "seconds: 59", "seconds: 59.5", "“seconds” must be a whole number"),
        ("module.yaml", "seconds: 59", "address: https://example.org/film", "address: This is not"),
        ("module.yaml", 'countries: [NL, "NO"]', "countries: [NL, NO]", "must be a list of words"),
        ("module.yaml", "countries: [BR]", "countries: [Atlantis]", "countries: "),
        ("module.yaml", "languages: [en]", "languages: [xx]", "languages: This must be a list"),
        ("module.yaml", "slug: module-2", 'slug: "a\\0"', "has a character that no text may have"),
        ("module.yaml", "files/south-south.mp4", "x" * 300, "is missing"),
        ("text.en.yaml", "region: {label:", "region: {label: '', x:", "“x” is unknown here"),
        ("text.en.yaml", "module:", "module: [", "expected"),
        ("text.ar.yaml", "hague-conference:", "hague:", "“hague” is unknown here"),
        ("text.fr.yaml", "strapline:", "title: x\n  strapline:", "stands here twice"),
    ],
)
def test_a_faulty_pack_names_file_line_and_reason_and_changes_nothing(pack, name, old, new, reason):
    change(pack, name, old, new)

    with pytest.raises(PackError, match=r"\.yaml, line \d+: ") as caught:
        load_pack(pack)

    assert reason in str(caught.value)
    assert not Module.objects.exists()
    assert not PackEntry.objects.exists()


def test_a_fault_is_reported_at_its_own_line(pack):
    change(pack, "module.yaml", "2007-12-14", "2007-13-14")
    lines = (pack / "module-2" / "module.yaml").read_text().splitlines()
    number = next(n for n, line in enumerate(lines, start=1) if "2007-13-14" in line)

    with pytest.raises(PackError, match=rf"module\.yaml, line {number}: "):
        load_pack(pack)


def test_a_failed_load_leaves_no_file_behind(pack, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    change(pack, "module.yaml", "2007-12-14", "2007-13-14")

    with pytest.raises(PackError):
        load_pack(pack)

    assert [path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()] == []


def test_the_command_says_what_to_do_about_a_fault(pack):
    (pack / "module-2" / "text.ar.yaml").unlink()

    with pytest.raises(CommandError, match="this file is missing\nNothing was changed"):
        call_command("load_academy", pack)


def line_of(path: Path, words: str) -> int:
    lines = path.read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, start=1) if words in line)


def test_a_missing_english_text_is_reported_where_it_is_missing(pack):
    path = pack / "module-2" / "text.en.yaml"
    title = '"Child labour and forced labour: good South-South practice"'
    line = line_of(path, title)
    change(pack, "text.en.yaml", title, '""')

    with pytest.raises(PackError, match=rf"text\.en\.yaml, line {line}: title"):
        load_pack(pack)


@pytest.mark.parametrize("name", ["module.yaml", "text.ar.yaml"])
def test_a_folder_in_place_of_a_file_is_a_fault_of_the_pack(pack, name):
    (pack / "module-2" / name).unlink()
    (pack / "module-2" / name).mkdir()

    with pytest.raises(PackError, match=rf"{name}, line 1: this file cannot be read"):
        load_pack(pack)

    assert not Module.objects.exists()


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("number: 2", "number: 3", "another slug in this pack is “module-2”, too"),
        ("slug: module-2", "slug: module-3", "another number in this pack is “2”, too"),
    ],
)
@pytest.mark.parametrize("already_loaded", [True, False])
def test_two_folders_with_the_same_address_or_number_are_refused(
    pack, old, new, reason, already_loaded
):
    if already_loaded:
        load_pack(pack)
    shutil.copytree(pack / "module-2", pack / "module-3")
    path = pack / "module-3" / "module.yaml"
    path.write_text(path.read_text().replace(old, new, 1))

    with pytest.raises(PackError, match=reason) as caught:
        load_pack(pack)

    assert str(path) in str(caught.value)
    assert Module.objects.count() == already_loaded


def test_what_the_pack_no_longer_names_goes_back_to_the_default(pack):
    load_pack(pack)
    change(pack, "module.yaml", "minutes: 8\n", "")
    change(pack, "module.yaml", "    seconds: 59\n", "")
    change(pack, "module.yaml", "    countries: [BR, HT, AO, MZ, GW]\n", "")
    change(pack, "module.yaml", "    file: files/south-south.mp4\n", "")
    change(pack, "module.yaml", "    captions: files/south-south.{language}.vtt\n", "")
    source = '    source:\n      name: "ILO news WCMS_088546"\n'
    text = (pack / "module-2" / "module.yaml").read_text()
    start = text.index(source)
    end = text.index("  - key:", start)
    change(pack, "module.yaml", text[start:end], "")

    load_pack(pack)

    assert Module.objects.get().minutes is None
    assert Module.objects.get().status == "published"
    assert not Video.objects.exclude(seconds=None).exists()
    assert [video.is_playable for video in Video.objects.all()] == [False] * 3
    assert [video.caption_tracks for video in Video.objects.all()] == [[]] * 3
    event = TimelineEvent.objects.get(date="2007-12-14")
    assert (list(event.countries), event.source_name, event.source_url) == ([], "", "")


@pytest.fixture
def media(settings, tmp_path):
    """The names of the stored files."""
    settings.MEDIA_ROOT = tmp_path / "media"
    return lambda: {path.name for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()}


def test_a_changed_file_takes_the_place_of_the_old_one(
    pack, media, django_capture_on_commit_callbacks
):
    load_pack(pack)
    before = media()
    clip = Video.objects.exclude(file="").get()
    change(pack, "files/south-south.fr.vtt", "WEBVTT", "WEBVTT newer")

    with django_capture_on_commit_callbacks(execute=True):
        report = load_pack(pack)

    after = media()
    newer = Video.objects.exclude(file="").get()
    assert report.updated == ["module-2/videos/south-south"]
    assert newer.file.name == clip.file.name
    assert newer.captions_en.name == clip.captions_en.name
    assert newer.captions_fr.name != clip.captions_fr.name
    assert before - after == {Path(clip.captions_fr.name).name}
    assert after - before == {Path(newer.captions_fr.name).name}


def test_a_file_that_the_pack_no_longer_names_is_deleted(
    pack, media, django_capture_on_commit_callbacks
):
    load_pack(pack)
    change(pack, "module.yaml", "    captions: files/south-south.{language}.vtt\n", "")

    with django_capture_on_commit_callbacks(execute=True):
        load_pack(pack)

    clip = Video.objects.exclude(file="").get()
    assert media() == {Path(clip.file.name).name}


def test_a_failed_update_keeps_the_old_files(pack, media, django_capture_on_commit_callbacks):
    load_pack(pack)
    before = media()
    change(pack, "files/south-south.fr.vtt", "WEBVTT", "WEBVTT newer")
    change(pack, "module.yaml", "2007-12-14", "2007-13-14")

    with django_capture_on_commit_callbacks(execute=True), pytest.raises(PackError):
        load_pack(pack)

    assert media() == before


def test_a_file_that_was_lost_comes_back_with_the_next_change(pack, media):
    load_pack(pack)
    clip = Video.objects.exclude(file="").get()
    clip.file.storage.delete(clip.file.name)
    change(pack, "module.yaml", "seconds: 59", "seconds: 58")

    load_pack(pack)

    newer = Video.objects.exclude(file="").get()
    assert newer.file.storage.exists(newer.file.name)


def test_commitments_have_the_texts_that_the_pack_lists(pack):
    load_pack(pack)
    text = (pack / "module-2" / "text.en.yaml").read_text()
    assert "    commitments:\n" in text
    change(pack, "text.en.yaml", "    commitments:\n", "    commitments:\n      other: More.\n")

    with pytest.raises(PackError, match=r"text\.en\.yaml, line \d+: “other” is unknown here"):
        load_pack(pack)
