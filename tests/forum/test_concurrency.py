"""Many people answer the same post at the same moment, in processes of their own."""

import os
import subprocess
import sys

from django.conf import settings

CLIENTS, REPLIES = 8, 25
SETUP = """
import django; django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from tests.factories import make_module, make_user
from forum.authors import Author
from forum.services import open_conversation
post = open_conversation(
    module=make_module(slug="talk"), author=Author.member(make_user()), text="Start", language="en"
)
print(post.pk)
"""
CLIENT = """
import sys, django; django.setup()
from forum.models import Post
from forum.services import Author, add_reply
post = Post.objects.get(pk=int(sys.argv[1]))
for number in range(int(sys.argv[3])):
    add_reply(
        in_reply_to=post,
        author=Author(name=f"Client {sys.argv[2]}", email="c@example.org"),
        text=f"Reply {number}",
        language="en",
    )
"""
RESULT = """
import django; django.setup()
from forum.models import Post
root = Post.objects.get(level=0)
posts = Post.objects.filter(root=root)
print(posts.count(), root.answer_count, root.last_number)
print(sorted(posts.values_list("number", flat=True)) == list(range(1, posts.count() + 1)))
print(posts.values("path").distinct().count())
print(posts.filter(state="published", in_reply_to=root, level=1).count())
"""


def python(var_dir, code: str, *arguments: object) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        cwd=settings.BASE_DIR,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "sstc_academy.settings", "VAR_DIR": var_dir},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def output(process: subprocess.Popen) -> str:
    text, _nothing = process.communicate(timeout=120)
    assert process.returncode == 0, text
    return text


def test_two_hundred_replies_at_once_are_all_there_in_order_and_counted(tmp_path):
    var_dir = str(tmp_path)
    post = output(python(var_dir, SETUP)).strip()

    clients = [python(var_dir, CLIENT, post, client, REPLIES) for client in range(CLIENTS)]
    for client in clients:
        output(client)

    total = CLIENTS * REPLIES
    assert output(python(var_dir, RESULT)).splitlines() == [
        f"{total + 1} {total} {total + 1}",
        "True",
        str(total + 1),
        str(total),
    ]
