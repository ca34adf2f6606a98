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
        ("module.yaml", "number: 2", "number: two", "number: “two” value must be an integer"),
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
