"""The pages that a process keeps: those asked for last, within a bound."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from sstc_academy.page_cache import MOST_BYTES_OF_A_PAGE, Page, Store


def kept(size: int) -> Page:
    return Page("version", datetime.max.replace(tzinfo=UTC), [("ETag", '"x"')], bytes(size))


def key(number: int) -> tuple:
    return ("http", "", "testserver", f"/en/{number}/", "", True)


def test_the_store_forgets_what_was_not_asked_for_longest():
    store = Store(most_bytes=3 * kept(1000).size)
    for number in range(3):
        store.put(key(number), kept(1000))
    store.get(key(0), "version")

    store.put(key(3), kept(1000))

    found = [number for number in range(4) if store.get(key(number), "version")]
    assert found == [0, 2, 3]
    assert store.bytes == 3 * kept(1000).size


def test_a_page_kept_again_takes_its_place_once():
    store = Store()
    store.put(key(1), kept(5000))
    store.put(key(1), kept(1000))

    assert (len(store), store.bytes) == (1, kept(1000).size)


def test_a_huge_page_is_not_kept():
    store = Store()
    store.put(key(1), kept(MOST_BYTES_OF_A_PAGE))

    assert len(store) == store.bytes == 0


def test_threads_share_a_store_and_its_bound():
    store = Store(most_bytes=20 * kept(1000).size)

    def work(seed: int) -> None:
        for number in range(2000):
            place = key((number * seed) % 50)
            store.put(place, kept(1000 + number % 7))
            page = store.get(place, "version")
            assert page is None or page.body == bytes(len(page.body))

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(work, (1, 3, 7, 11)))

    assert store.bytes == sum(page.size for page in store._pages.values())
    assert 0 < store.bytes <= 20 * kept(1000).size
