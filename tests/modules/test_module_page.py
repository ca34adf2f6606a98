"""The module's page: its cost, its videos, its resources, its structured data."""

import json
import re

import pytest

from tests.factories import (
    MP4,
    VTT,
    make_event,
    make_figure,
    make_module,
    make_news,
    make_pledge,
    make_post,
    make_reply,
    make_resource,
    make_section,
    make_video,
    upload,
)

# The page takes twelve at most. A visitor's asks for the content's version on top, and after each
# change once for the next publication; a signed-in person costs the session, the account, its
# rights and what they like.
MOST_QUERIES = {"visitor": 14, "learner": 15, "facilitator": 16}


@pytest.mark.parametrize("count", [5, 500])
@pytest.mark.parametrize("role", MOST_QUERIES)
def test_page_costs_the_same_queries_however_much_stands_on_it(
    request, client, client_of, db, django_assert_max_num_queries, count, role
):
    if role != "visitor":
        client = client_of(request.getfixturevalue(role))
    module = make_module(slug="big")
    for number in range(count):
        make_event(module, date=f"{1990 + number % 30}-0{1 + number % 9}", countries=["BR", "PE"])
    for _ in range(min(count, 50)):
        make_section(module)
        make_video(module, address="https://youtu.be/dQw4w9WgXcQ")
        make_resource(module)
        make_figure(module)
    make_news(module=module)
    make_pledge(module=module)
    for _ in range(5):
        make_reply(make_post(module=module))

    with django_assert_max_num_queries(MOST_QUERIES[role]):
        response = client.get("/en/modules/big/")

    assert response.status_code == 200


def test_video_without_an_address_is_said_to_be_coming(client, db):
    make_video(make_module(slug="m"), title_en="Later")

    html = client.get("/en/modules/m/").text

    assert "Video coming soon" in html
    assert "<iframe" not in html


def test_nothing_of_a_hosted_video_loads_before_the_press(client, db):
    module = make_module(slug="m")
    video = make_video(module, address="https://youtu.be/dQw4w9WgXcQ", seconds=83, megabytes=28)

    html = client.get("/en/modules/m/").text
    outside_templates = re.sub(r"<template>.*?</template>", "", html, flags=re.DOTALL)

    assert "youtube" not in outside_templates.replace("plays from YouTube", "").split("</head>")[1]
    assert "1:23" in html
    assert "about 28 MB" in html
    assert f'href="/en/modules/m/videos/{video.pk}/"' in html


def test_an_embed_sends_the_referrer_that_youtube_asks_for(client, db):
    make_video(make_module(slug="m"), address="https://youtu.be/dQw4w9WgXcQ")

    html = client.get("/pt/modules/m/").text

    assert "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ?" in html
    assert "cc_lang_pref=pt" in html
    assert 'referrerpolicy="strict-origin-when-cross-origin"' in html


def test_without_javascript_the_play_button_leads_to_a_player_or_a_link(client, db):
    module = make_module(slug="m")
    hosted = make_video(module, address="https://vimeo.com/76979871")
    own = make_video(
        module, file=upload("a.mp4", MP4), captions_ar=upload("a.vtt", VTT), transcript_en="Words."
    )

    assert (
        'href="https://vimeo.com/76979871"' in client.get(f"/en/modules/m/videos/{hosted.pk}/").text
    )
    html = client.get(f"/ar/modules/m/videos/{own.pk}/").text
    assert f'<source src="{own.file.url}">' in html
    assert f'srclang="ar" label="العربية" src="{own.captions_ar.url}" default>' in html
    assert "Words." in html


def test_video_of_another_module_or_of_a_draft_is_a_404(client, db):
    draft, other = make_module(slug="d", status="draft"), make_module(slug="m")
    video = make_video(draft, file=upload("a.mp4", MP4))

    assert client.get(f"/en/modules/d/videos/{video.pk}/").status_code == 404
    assert client.get(f"/en/modules/{other.slug}/videos/{video.pk}/").status_code == 404


def test_own_video_comes_in_ranges_under_a_name_that_we_chose(client, db):
    video = make_video(make_module(), file=upload("My holiday.mp4", MP4))

    whole = client.get(video.file.url)
    part = client.get(video.file.url, headers={"Range": "bytes=4-7", "Accept-Encoding": "gzip"})

    assert "holiday" not in video.file.url
    assert whole["Content-Type"] == "video/mp4"
    assert (part.status_code, part.getvalue()) == (206, b"ftyp")
    assert "Content-Encoding" not in part
    assert "Content-Language" not in part
    assert whole.getvalue() == MP4


def test_type_size_and_language_of_a_resource_stand_before_the_click(client, db):
    module = make_module(slug="m")
    make_resource(
        module, url="https://example.org/report.pdf", kilobytes=240, languages=["en", "pt"]
    )

    html = client.get("/en/modules/m/").text

    assert re.search(r"PDF, <bdi>240\.0\sKB</bdi>", html)
    assert '<span lang="pt">Português</span>' in html


def test_a_file_that_has_left_the_disk_takes_no_page_down(client, db):
    module = make_module(slug="m")
    video = make_video(module, file=upload("a.mp4", MP4))
    resource = make_resource(module, url="", file=upload("a.pdf", b"%PDF-1.4"))
    video.file.storage.delete(video.file.name)
    resource.file.storage.delete(resource.file.name)

    assert "This file is missing." in client.get("/en/modules/m/").text
    assert client.get(f"/en/modules/m/videos/{video.pk}/").status_code == 200
    assert client.get(video.file.url).status_code == 404


def structured_data(html: str) -> list[dict]:
    return json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', html)[1])


def test_course_videos_and_meetings_are_told_to_search_engines(client, db):
    module = make_module(slug="m", title_en="A </script><b>title", minutes=8)
    make_video(module, file=upload("a.mp4", MP4), seconds=83)
    make_video(module)
    make_event(module, date="2022-05-15/2022-05-20", countries=["ZA"])
    make_event(module, kind="memorandum", date="2007-12-14")

    course, video, event = structured_data(client.get("/en/modules/m/").text)

    assert (course["@type"], course["name"]) == ("Course", "A </script><b>title")
    assert (video["@type"], video["duration"]) == ("VideoObject", "PT1M23S")
    assert video["contentUrl"].startswith("http://testserver/media/videos/")
    assert (event["startDate"], event["endDate"]) == ("2022-05-15", "2022-05-20")
    assert event["location"]["name"] == "South Africa"
