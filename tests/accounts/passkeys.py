"""A passkey without a telephone: it answers the options of the site as a browser would."""

import hashlib
import json
import os

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import (
    Aaguid,
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

_FLAG = AuthenticatorData.FLAG
_KNOWN = _FLAG.UP | _FLAG.UV


class Passkey:
    def __init__(self):
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id = os.urandom(32)
        self.user_handle = ""

    def created(self, options: dict) -> str:
        """What navigator.credentials.create() would return, as a form sends it."""
        options = options["publicKey"]
        self.user_handle = options["user"]["id"]
        data = AuthenticatorData.create(
            _site(options["rp"]["id"]),
            _KNOWN | _FLAG.AT,
            1,
            AttestedCredentialData.create(
                Aaguid(bytes(16)), self.id, ES256.from_cryptography_key(self.key.public_key())
            ),
        )
        return self._answer(
            clientDataJSON=_client_data(CollectedClientData.TYPE.CREATE, options),
            attestationObject=AttestationObject.create("none", data, {}),
        )

    def used(self, options: dict) -> str:
        """What navigator.credentials.get() would return."""
        options = options["publicKey"]
        client_data = _client_data(CollectedClientData.TYPE.GET, options)
        data = AuthenticatorData.create(_site(options["rpId"]), _KNOWN, 2)
        signature = self.key.sign(data + client_data.hash, ec.ECDSA(SHA256()))
        return self._answer(clientDataJSON=client_data, authenticatorData=data, signature=signature)

    def _answer(self, **response: bytes) -> str:
        name = websafe_encode(self.id)
        encoded = {key: websafe_encode(value) for key, value in response.items()}
        return json.dumps(
            {
                "id": name,
                "rawId": name,
                "type": "public-key",
                "response": encoded | {"userHandle": self.user_handle},
                "clientExtensionResults": {"credProps": {"rk": True}},
            }
        )


def _site(name: str) -> bytes:
    return hashlib.sha256(name.encode()).digest()


def _client_data(kind, options: dict) -> CollectedClientData:
    return CollectedClientData.create(kind, options["challenge"], "http://testserver")


def sign_in(client, passkey: Passkey, **fields):
    """The answer to signing in with it; `fields` go along in the form."""
    path = "/en/account/second-factor/webauthn/login/"
    options = client.get(path, headers={"Accept": "application/json"}).json()
    credential = passkey.used(options["request_options"])
    return client.post(path, {"credential": credential} | fields)


def add(client) -> Passkey:
    """A new passkey of the person who is signed in."""
    path = "/en/account/second-factor/webauthn/add/"
    passkey = Passkey()
    options = client.get(path).context["js_data"]["creation_options"]
    credential = passkey.created(options)
    response = client.post(path, {"credential": credential, "passwordless": "on", "name": "Phone"})
    assert response.status_code == 302
    return passkey
