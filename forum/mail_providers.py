"""Mail providers where everybody may have an address, so that the domain says nothing of a person.

Not all of them: the form that restricts a domain also says how many people it is about."""

_DOMAINS = frozenset(
    """
    126.com 163.com abv.bg aol.com bol.com.br daum.net fastmail.com foxmail.com free.fr gmail.com
    gmx.com gmx.de gmx.net googlemail.com hanmail.net hotmail.co.uk hotmail.com hotmail.de
    hotmail.es hotmail.fr hotmail.it icloud.com ig.com.br inbox.com laposte.net libero.it live.com
    live.fr mac.com mail.com mail.ru me.com msn.com naver.com orange.fr outlook.com outlook.com.br
    outlook.de outlook.es outlook.fr pm.me proton.me protonmail.com qq.com rambler.ru rediffmail.com
    rocketmail.com sapo.pt sfr.fr sina.com sohu.com t-online.de terra.com.br tutanota.com uol.com.br
    wanadoo.fr web.de yahoo.ca yahoo.co.id yahoo.co.in yahoo.co.jp yahoo.co.uk yahoo.com
    yahoo.com.ar yahoo.com.au yahoo.com.br yahoo.com.mx yahoo.com.ph yahoo.de yahoo.es yahoo.fr
    yahoo.in yahoo.it yandex.com yandex.ru yeah.net ymail.com zoho.com
    """.split()  # noqa: SIM905 - a list has a line for each
)


def holds_mail_of_everybody(address: str) -> bool:
    """For a domain that is a provider's, or has one below it, such as "co.uk"; no full address."""
    domain = address.lower()
    return any(name == domain or name.endswith(f".{domain}") for name in _DOMAINS)
