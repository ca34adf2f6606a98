"""Addresses of videos, in the forms in which people copy them."""

import pytest

from modules.embeds import VIMEO, YOUTUBE, Embed, find_embed

ID = "dQw4w9WgXcQ"


@pytest.mark.parametrize(
    "address",
    [
        f"https://www.youtube.com/watch?v={ID}",
        f"https://www.youtube.com/watch?app=desktop&v={ID}&list=PL1",
        f"http://youtube.com/watch?v={ID}",
        f"https://m.youtube.com/watch?v={ID}",
        f"https://youtu.be/{ID}",
        f"https://youtu.be/{ID}?si=abc",
        f"youtu.be/{ID}",
        f"  https://www.youtube.com/embed/{ID} ",
        f"https://www.youtube-nocookie.com/embed/{ID}",
        f"https://www.youtube.com/shorts/{ID}",
        f"https://www.youtube.com/live/{ID}?feature=share",
        f"https://www.youtube.com/v/{ID}",
    ],
)
def test_youtube_is_understood_in_every_usual_form(address):
    assert find_embed(address) == Embed(YOUTUBE, ID)


@pytest.mark.parametrize(
    ("address", "unlisted_hash"),
    [
        ("https://vimeo.com/76979871", ""),
        ("https://www.vimeo.com/76979871", ""),
        ("https://player.vimeo.com/video/76979871", ""),
        ("https://vimeo.com/manage/videos/76979871", ""),
        ("https://vimeo.com/channels/staffpicks/76979871", ""),
        ("https://vimeo.com/groups/shortfilms/videos/76979871", ""),
        ("https://vimeo.com/showcase/3253534/video/76979871", ""),
        ("https://vimeo.com/76979871/0a1b2c3d4e", "0a1b2c3d4e"),
        ("https://player.vimeo.com/video/76979871?h=0a1b2c3d4e", "0a1b2c3d4e"),
    ],
)
def test_vimeo_is_understood_with_the_hash_of_an_unlisted_video(address, unlisted_hash):
    assert find_embed(address) == Embed(VIMEO, "76979871", unlisted_hash)


@pytest.mark.parametrize(
    ("time", "seconds"), [("t=760", 760), ("t=760s", 760), ("t=12m40s", 760), ("t=soon", 0)]
)
def test_a_start_time_is_kept(time, seconds):
    assert find_embed(f"https://youtu.be/{ID}?{time}").start_seconds == seconds


@pytest.mark.parametrize(
    "address",
    [
        "",
        "hello",
        "https://example.org/watch?v=dQw4w9WgXcQ",
        "https://www.youtube.com/",
        "https://www.youtube.com/@channel",
        "https://www.youtube.com/watch?v=short",
        f"https://www.youtube.com.evil.example/watch?v={ID}",
        f"javascript://youtu.be/{ID}",
        "https://vimeo.com/about",
        "https://[bad/",
        "https://youtu.be/ééééééééééé",
        "\x00",
    ],
)
def test_anything_else_is_no_video(address):
    assert find_embed(address) is None


def test_players_are_those_that_store_least():
    youtube = find_embed(f"https://youtu.be/{ID}").player_url("pt")
    vimeo = find_embed("https://vimeo.com/76979871/0a1b2c3d4e").player_url("pt")

    assert youtube.startswith(f"https://www.youtube-nocookie.com/embed/{ID}?")
    assert "cc_lang_pref=pt" in youtube
    assert vimeo.startswith("https://player.vimeo.com/video/76979871?dnt=1")
    assert "h=0a1b2c3d4e" in vimeo
