"""A small OpenID provider with keys of its own, on a port of its own; tests tell it what to sign wrongly."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from jinlan.basics.clock import now_utc

CLIENT, SECRET = "jinlan", "a secret & more"
RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
EC_KEY = ec.generate_private_key(ec.SECP256R1())
OTHER_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def pem(key: Any) -> bytes:
    """Return a public key as text: what a confused verifier would take for an HMAC's secret."""
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def hmac_signed(claims: dict[str, Any], secret: bytes) -> str:
    """Sign with HS256 under any secret; PyJWT itself refuses to do this with a public key."""

    def part(content: dict[str, Any]) -> str:
        return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()

    import hmac

    text = f"{part({'alg': 'HS256', 'typ': 'JWT', 'kid': 'rsa'})}.{part(claims)}"
    mac = hmac.new(secret, text.encode(), hashlib.sha256).digest()
    return f"{text}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


class Provider:
    """Codes are good once, with their PKCE verifier, redirect address and the client's secret. `change` bends the claims."""

    def __init__(self) -> None:
        self.codes: dict[str, dict[str, str]] = {}
        self.user = "ana"
        self.change: Callable[[dict[str, Any]], None] = lambda claims: None
        self.sign: Callable[[dict[str, Any]], str] = self.rs256
        self.document: dict[str, Any] = {}
        self.asked: list[str] = []
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.issuer = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def rs256(self, claims: dict[str, Any]) -> str:
        return jwt.encode(claims, RSA_KEY, "RS256", {"kid": "rsa"})

    def approve(self, address: str, **more: str) -> dict[str, str]:
        """Do what the provider's page does when somebody signs in there; return the query of the way back."""
        asked = dict(parse_qsl(urlsplit(address).query))
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(8)
        self.codes[code] = asked
        return {"code": code, "state": asked["state"], "iss": self.issuer} | more

    def about(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer, "authorization_endpoint": f"{self.issuer}/authorize", "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys", "authorization_response_iss_parameter_supported": True,
        } | self.document  # fmt: skip

    def keys(self) -> dict[str, Any]:
        rsa_key = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(RSA_KEY.public_key()))
        ec_key = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(EC_KEY.public_key()))
        return {"keys": [rsa_key | {"kid": "rsa", "use": "sig"}, ec_key | {"kid": "ec", "use": "sig"}]}

    def token(self, fields: dict[str, str], authorization: str) -> dict[str, Any] | None:
        asked = self.codes.pop(fields.get("code", ""), None)
        given = base64.b64decode(authorization.removeprefix("Basic ")).decode()
        digest = hashlib.sha256(fields.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if asked is None or given != "jinlan:a%20secret%20%26%20more" or challenge != asked["code_challenge"]:
            return None
        if fields["redirect_uri"] != asked["redirect_uri"]:
            return None
        now = int(now_utc().timestamp())
        claims = {
            "iss": self.issuer, "sub": "1", "aud": CLIENT, "exp": now + 300, "iat": now, "nonce": asked["nonce"],
            "preferred_username": self.user,
        }  # fmt: skip
        self.change(claims)
        return {"access_token": "x", "token_type": "Bearer", "id_token": self.sign(claims)}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                provider.asked.append(self.path)
                pages = {"/.well-known/openid-configuration": provider.about, "/keys": provider.keys}
                self._say(pages[self.path]() if self.path in pages else None)

            def do_POST(self) -> None:
                provider.asked.append(self.path)
                text = self.rfile.read(int(self.headers["Content-Length"])).decode()
                fields = {name: one for name, (one, *_) in parse_qs(text).items()}
                self._say(provider.token(fields, self.headers.get("Authorization", "")))

            def _say(self, content: dict[str, Any] | None) -> None:
                body = json.dumps(content or {"error": "invalid_grant"}).encode()
                self.send_response(200 if content else 400)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: Any) -> None: ...

        return Handler
