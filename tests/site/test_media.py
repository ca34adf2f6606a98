"""Uploaded files leave under names that we chose, as what we say they are, and never as a page."""

from urllib.request import urlopen

import boto3
import pytest
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage, storages
from moto.server import ThreadedMotoServer

from modules.models import Resource, Video
from tests.academy import Site
from tests.factories import MP4, VTT, make_module, make_resource, make_video, upload

SECRETS = {"access_key": "academy", "secret_key": "a/secret+key"}
PDF = b"%PDF-1.4\n1 0 obj <<>> endobj\n"
PAGE = b"<!doctype html><script>alert(1)</script>"
PICTURE = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"


@pytest.fixture(scope="module")
def s3_server():
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(s3_server, settings):
    """The site with MEDIA_STORAGE, on a service that speaks S3."""
    client = boto3.client(
        "s3",
        endpoint_url=s3_server,
        region_name="us-east-1",
        aws_access_key_id=SECRETS["access_key"],
        aws_secret_access_key=SECRETS["secret_key"],
    )
    client.create_bucket(Bucket="academy")
    options = SECRETS | {"endpoint_url": s3_server, "bucket_name": "academy"}
    settings.STORAGES = settings.STORAGES | {
        "default": {
            "BACKEND": "sstc_academy.lib.object_storage.ObjectStorage",
            "OPTIONS": options | {"region_name": "us-east-1"},
        }
    }
    yield client
    for entry in client.list_objects_v2(Bucket="academy").get("Contents", []):
        client.delete_object(Bucket="academy", Key=entry["Key"])
    client.delete_bucket(Bucket="academy")


def in_bucket(bucket) -> list[str]:
    return [entry["Key"] for entry in bucket.list_objects_v2(Bucket="academy")["Contents"]]


# On disk


@pytest.mark.parametrize(
    ("name", "content_type", "disposition"),
    [
        ("a.mp4", "video/mp4", None),
        ("a.pdf", "application/pdf", None),
        ("a.png", "image/png", None),
        ("a.docx", "application/octet-stream", "attachment"),
        ("a.html", "application/octet-stream", "attachment"),
        ("a.svg", "application/octet-stream", "attachment"),
        ("a", "application/octet-stream", "attachment"),
    ],
)
def test_a_file_is_what_its_ending_says_and_nothing_runs_in_it(
    client, db, settings, tmp_path, name, content_type, disposition
):
    settings.MEDIA_ROOT = tmp_path
    (tmp_path / name).write_bytes(PAGE)

    response = client.get(f"/media/{name}")

    assert b"".join(response) == PAGE
    assert response["Content-Type"] == content_type
    assert response.get("Content-Disposition") == disposition
    assert response["X-Content-Type-Options"] == "nosniff"
    policy = response["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert ("sandbox" in policy) == (name != "a.pdf")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("page.pdf", PAGE),
        ("page.zip", PAGE),
        ("page.docx", PAGE),
        ("page.mp3", PAGE),
        ("page.html", PAGE),
        ("page.svg", PICTURE),
        ("page.png", PICTURE),
        ("page.jpg", PAGE + b"\xff\xd8\xff"),
        # Two at once: a page for who reads the beginning, an archive for who reads the end.
        ("page.zip", PAGE + b"PK\x05\x06" + bytes(18)),
    ],
)
def test_a_page_in_disguise_is_refused(db, name, content):
    resource = Resource(
        module=make_module(), title_en="File", languages=["en"], file=upload(name, content)
    )

    with pytest.raises(ValidationError) as refused:
        resource.full_clean()
    assert "file" in refused.value.message_dict


@pytest.mark.parametrize("name", ["poster.svg", "poster.png", "poster.webp"])
def test_a_drawing_that_can_run_scripts_is_no_poster(db, name):
    video = Video(module=make_module(), title_en="Video", poster=upload(name, PICTURE))

    with pytest.raises(ValidationError) as refused:
        video.full_clean()
    assert "poster" in refused.value.message_dict


def test_nothing_of_the_uploaders_name_is_kept_but_the_ending(db):
    resource = make_resource(
        make_module(), url="", file=upload("../../Ana Souza <script>.PDF", PDF)
    )

    folder, name = resource.file.name.split("/")
    assert folder == "resources"
    assert len(name) == len("0" * 32 + ".pdf")
    assert name.endswith(".pdf")


# In a bucket


def test_files_lie_in_the_bucket_and_pages_name_our_own_address(client, bucket, db):
    module = make_module(slug="talk")
    video = make_video(module, file=upload("film.mp4", MP4), captions_en=upload("film.vtt", VTT))

    assert sorted(in_bucket(bucket)) == sorted(
        f"media/{file.name}" for file in (video.file, video.captions_en)
    )
    assert video.file.url == f"/media/{video.file.name}"
    html = client.get(f"/en/modules/talk/videos/{video.pk}/").text
    assert video.file.url in html
    assert "Signature" not in html


def test_our_address_leads_to_a_signed_one_that_is_never_a_page(client, bucket, db):
    resource = make_resource(
        make_module(), url="", file=upload("notes.docx", b"a document", content_type="text/html")
    )

    response = client.get(resource.file.url)

    assert response.status_code == 302
    assert response["Cache-Control"] == "private, max-age=21600"
    assert SECRETS["secret_key"] not in response["Location"]
    with urlopen(response["Location"]) as answer:  # noqa: S310 - our own server
        assert answer.read() == b"a document"
        assert answer.headers["Content-Type"] == "application/octet-stream"
        assert answer.headers["Content-Disposition"] == "attachment"
    stored = bucket.head_object(Bucket="academy", Key=f"media/{resource.file.name}")
    assert stored["ContentType"] == "application/octet-stream"


def test_captions_come_through_us_since_a_video_takes_none_from_elsewhere(client, bucket, db):
    video = make_video(make_module(), captions_en=upload("film.vtt", VTT))

    response = client.get(video.captions_en.url)

    assert (response.status_code, response.content) == (200, VTT)
    assert response["Content-Type"] == "text/vtt; charset=utf-8"
    assert "sandbox" in response["Content-Security-Policy"]


@pytest.mark.parametrize("path", ["nothing.pdf", "../backup.zip", "%2e%2e/backup.zip", "%00"])
def test_nothing_else_of_the_bucket_can_be_had(client, bucket, db, path):
    bucket.put_object(Bucket="academy", Key="backup.zip", Body=b"secret")

    assert client.get(f"/media/{path}").status_code == 404


def test_the_size_of_a_file_is_asked_for_once(client, bucket, db):
    resource = make_resource(make_module(), url="", file=upload("notes.pdf", PDF))
    assert resource.bytes == len(PDF)

    bucket.delete_object(Bucket="academy", Key=f"media/{resource.file.name}")
    assert Resource.objects.get(pk=resource.pk).bytes == len(PDF)
    default_storage.delete(resource.file.name)
    assert Resource.objects.get(pk=resource.pk).bytes is None


def test_a_stored_file_is_not_fetched_when_what_it_belongs_to_is_saved(bucket, db):
    resource = make_resource(make_module(), url="", file=upload("notes.pdf", PDF))
    bucket.delete_object(Bucket="academy", Key=f"media/{resource.file.name}")

    Resource.objects.get(pk=resource.pk).full_clean()


def test_pages_may_show_pictures_and_videos_of_the_bucket(tmp_path):
    url = "s3://key:secret@files.example.org:9000/academy"
    site = Site(tmp_path, own_settings={"MEDIA_STORAGE": url, "ALLOWED_HOSTS": "testserver"})

    policy = site.run(
        "from django.test import Client; "
        "print(Client().get('/robots.txt')['Content-Security-Policy'])"
    )

    allowed = dict(directive.split(" ", 1) for directive in policy.split("; "))
    assert allowed["img-src"] == "'self' data: https://files.example.org:9000"
    assert allowed["media-src"] == "'self' https://files.example.org:9000"
    assert "example.org" not in allowed["script-src"] + allowed["connect-src"]


def test_a_service_that_is_gone_takes_no_page_down(client, bucket, db, settings, caplog):
    module = make_module(slug="talk")
    resource = make_resource(module, url="", file=upload("notes.pdf", PDF))
    settings.STORAGES = settings.STORAGES | {
        "default": settings.STORAGES["default"]
        | {
            "OPTIONS": settings.STORAGES["default"]["OPTIONS"]
            | {"endpoint_url": "http://127.0.0.1:9"}
        }
    }

    assert client.get("/en/modules/talk/").status_code == 200
    response = client.get(resource.file.url)
    assert (response.status_code, response["Retry-After"]) == (503, "10")
    assert "does not answer" in caplog.text
    assert storages["default"].endpoint_url == "http://127.0.0.1:9"
