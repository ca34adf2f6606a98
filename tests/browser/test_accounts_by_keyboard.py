"""The account from its first page to its last, without touching anything but the keyboard."""

import pytest
from playwright.sync_api import expect

from tests.browser.axe import faults
from tests.factories import PASSWORD, totp_code

_STOPS_OF_A_PAGE = 80
RINGS = """element => {
  const ring = getComputedStyle(element);
  return ring.outlineStyle !== 'none' && parseFloat(ring.outlineWidth) >= 2;
}"""


class Person:
    """Who has no mouse. `look` is called on every page that the person comes to."""

    def __init__(self, page, academy, home, address, look):
        self.page = page
        self.academy = academy
        self.home = home
        self.address = address
        self.look = look

    def go_to(self, selector: str):
        target = self.page.locator(selector)
        expect(target, self.page.locator("main").inner_text()).to_have_count(1)
        focused = target.and_(self.page.locator(":focus"))
        for _stop in range(_STOPS_OF_A_PAGE):
            if focused.count():
                assert focused.evaluate(RINGS), f"Nothing shows where {selector} is."
                return
            self.page.keyboard.press("Tab")
        pytest.fail(f"The keyboard does not reach {selector} on {self.page.url}")

    def write(self, selector: str, text: str) -> None:
        self.go_to(selector)
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type(text)

    def press(self, selector: str) -> None:
        """A button or link, and what it leads to is looked at."""
        self.go_to(selector)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")
        self.look(self.page)

    def send(self) -> None:
        """As most people do: Enter in the field that was filled in last."""
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")
        self.look(self.page)

    def open(self, path: str) -> None:
        self.page.goto(self.home + path)
        self.look(self.page)

    def type_the_mailed_code(self) -> None:
        self.write("[name=code]", self.academy.newest_code(self.address))
        self.send()


@pytest.fixture(params=["ar", "fr"])
def person(request, open_page, academy):
    """In Arabic axe looks at each page; in French there is no JavaScript."""
    language = request.param
    has_scripts = language != "fr"

    def look(page):
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, page.url
        if has_scripts:
            assert faults(page) == []

    page = open_page(
        f"/{language}/account/signup/",
        viewport={"width": 320, "height": 640},
        java_script_enabled=has_scripts,
    )
    look(page)
    return Person(
        page,
        academy,
        f"/{language}/",
        f"{request.function.__name__[5:9]}-{language}@example.org",
        look,
    )


def test_an_account_is_opened_guarded_entered_and_deleted(person):
    # Opened.
    person.write("[name=display_name]", "Ana Lima")
    person.write("[name=email]", person.address)
    person.send()
    person.write("[name=code]", "1111-1111")
    person.send()
    person.type_the_mailed_code()
    # Told about.
    person.open("account/profile/")
    person.write("[name=organisation]", "Inspection du travail")
    person.go_to("[name=has_public_page]")
    person.page.keyboard.press("Space")
    person.press("main .form__actions button")
    expect(person.page.locator("[name=has_public_page]")).to_be_checked()
    # Guarded.
    person.open("account/second-factor/")
    person.press("main a[href$='totp/activate/']")
    secret = person.page.locator("main code").inner_text()
    person.write("[name=code]", totp_code(secret))
    person.send()
    person.open("account/second-factor/recovery-codes/")
    recovery_code = person.page.locator(".recovery-codes code").first.inner_text()
    # Left and entered.
    person.open("account/logout/")
    person.press("main form button")
    person.open("account/login/")
    person.write("[name=login]", person.address)
    person.send()
    person.type_the_mailed_code()
    person.write("[name=code]", recovery_code)
    person.send()
    # Taken along, and deleted.
    person.open("account/data/")
    person.go_to("[name=posts]:checked")
    person.page.keyboard.press("ArrowDown")
    expect(person.page.locator("[name=posts]").last).to_be_checked()
    person.go_to("[name=is_sure]")
    person.page.keyboard.press("Space")
    person.press(".button--danger")
    assert person.page.url.endswith("/account/deleted/")
    expect(person.page.locator(".member-menu")).to_have_count(0)


def test_a_password_is_chosen_changed_and_forgotten(person):
    # Chosen.
    person.write("[name=display_name]", "Ana Lima")
    person.write("[name=email]", person.address)
    person.go_to("main details summary")
    person.page.keyboard.press("Enter")
    person.write("[name=password1]", PASSWORD)
    person.send()
    person.type_the_mailed_code()
    # Changed.
    person.open("account/password/change/")
    person.write("[name=oldpassword]", "another one")
    person.write("[name=password1]", "a longer phrase to pass")
    person.send()
    expect(person.page.locator("[name=oldpassword][aria-invalid=true]")).to_have_count(1)
    person.write("[name=oldpassword]", PASSWORD)
    person.write("[name=password1]", "a longer phrase to pass")
    person.send()
    # Forgotten.
    person.open("account/logout/")
    person.press("main form button")
    person.open("account/password/reset/")
    person.write("[name=email]", person.address)
    person.send()
    person.type_the_mailed_code()
    person.write("[name=password1]", "yet another phrase")
    person.send()
    person.open("account/login/")
    person.write("[name=login]", person.address)
    person.go_to("main details summary")
    person.page.keyboard.press("Enter")
    person.write("[name=password]", "yet another phrase")
    person.press("main details button")
    expect(person.page.locator(".member-menu")).to_have_count(1)
