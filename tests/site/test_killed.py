"""Web processes are killed in the middle of what they do, while people write."""

import json
import os
import random
import signal
import threading
import time
from collections import Counter
from http.client import HTTPException
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from tests.academy import ready_site, start, stop
from tests.processes import wait_for_others, workers_of
from tests.visitor import Visitor

pytestmark = pytest.mark.long

# `make bench BENCH=kills` takes 100.
KILLS = int(os.environ.get("KILLS", "6"))
WRITERS = 4
PATIENCE = 60
# Nobody limits how fast a facilitator writes.
WRITER = "writer@example.org"
SET_UP = f"""
from tests.factories import *
from modules.models import Module

make_facilitator(email="{WRITER}")
print(make_post(Module.objects.get(slug="module-2"), make_guest()).pk)
"""
FOUND = """
import json
from forum.checking import check
from forum.models import Post

texts = Post.objects.filter(in_reply_to={}).values_list("comment", flat=True)
print(json.dumps([sorted(texts), [str(fault) for fault in check().faults]]))
"""


class Writer(threading.Thread):
    """Answers all the time; whatever breaks off is sent again, as the same form."""

    def __init__(self, visitor: Visitor, name: str, address: str):
        super().__init__(daemon=True)
        self._visitor, self._name, self._address = visitor, name, address
        self._form = visitor.get(address).form | {"language": "English"}
        self._has_ended = threading.Event()
        # The texts that the server said it has.
        self.acknowledged: list[str] = []
        self.statuses: Counter[int] = Counter()
        self.breaks = 0

    def run(self):
        while not self._has_ended.is_set():
            text = f"Reply {len(self.acknowledged)} of {self._name}"
            self._send_until_acknowledged(self._form | {"text": text, "submission": str(uuid4())})
            self.acknowledged.append(text)

    def _send_until_acknowledged(self, form: dict[str, str]) -> None:
        status = 0
        while status != 302:
            try:
                status = self._visitor.post(self._address, form).status
            except (OSError, HTTPException):
                self.breaks += 1
            else:
                self.statuses[status] += 1

    def end(self):
        self._has_ended.set()
        self.join(PATIENCE)


@pytest.fixture
def served(tmp_path, ready_files):
    with ready_site(tmp_path, ready_files) as site:
        process, academy = start(site, is_prepared=True)
        yield academy
        stop(process)


def wait_for_more(writers: list[Writer], posts: int) -> None:
    def count() -> int:
        return sum(len(writer.acknowledged) for writer in writers)

    enough, deadline = count() + posts, time.monotonic() + PATIENCE
    while count() < enough:
        assert time.monotonic() < deadline, "nobody can write any more"
        time.sleep(random.random() / 50)  # noqa: S311 - no secret


def test_a_web_process_killed_again_and_again_loses_no_post_that_was_acknowledged(served):
    opening = served.run(SET_UP)
    cookies, address = served.cookies_of(WRITER), f"/en/forum/posts/{opening}/reply/"
    writers = [
        Writer(Visitor(served.url, cookies, follows_redirects=False), f"writer {number}", address)
        for number in range(WRITERS)
    ]
    port = urlsplit(served.url).port
    for writer in writers:
        writer.start()
    for _number in range(KILLS):
        wait_for_more(writers, WRITERS)
        pids = workers_of(port)
        pid = random.choice(pids)  # noqa: S311 - no secret
        os.kill(pid, signal.SIGKILL)
        wait_for_others(port, {pid}, len(pids))
    wait_for_more(writers, 2 * WRITERS)
    for writer in writers:
        writer.end()

    acknowledged = [text for writer in writers for text in writer.acknowledged]
    assert json.loads(served.run(FOUND.format(opening))) == [sorted(acknowledged), []]
    # Whoever was not answered at all has sent it again; nobody has seen an error.
    assert sum((writer.statuses for writer in writers), Counter()).keys() == {302}
    assert sum(writer.breaks for writer in writers) > 0
    for path in ("/en/", "/ar/modules/module-2/", f"/fr/forum/{opening}/") * 4:
        assert Visitor(served.url).get(path).status == 200
