"""Signing in with a token of an identity provider (``auth-provider: oidc``), renewed when it has expired.

OpenID Connect Discovery 1.0 finds where to renew; OAuth 2.0 (RFC 6749, 6) renews. All of it by verified TLS, and what
comes of it stays in memory: a kubeconfig is never written to.
"""

import base64
import binascii
import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import quote_plus, urlsplit

import msgspec

from desktop.cancellation import CancelToken
from desktop.cluster import oidc_provider, proxies, server_url
from desktop.cluster.connection import Connection
from desktop.cluster.identity import Fetched, Identity, bearer
from desktop.cluster.oidc_provider import Provider
from desktop.cluster.transport import Transport
from desktop.errors import ApiError, SignInFailed

_MARGIN = timedelta(seconds=10)
"""A token that ends sooner counts as expired, as it does for kubectl."""


class _Metadata(msgspec.Struct):
    token_endpoint: str | None = None


class _Answer(msgspec.Struct):
    id_token: str | None = None
    refresh_token: str | None = None


class _Claims(msgspec.Struct):
    exp: float | None = None


class Renewal:
    """Gives the token of the kubeconfig while that lasts, then one renewed token after the other."""

    def __init__(self, provider: Provider, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._provider = provider
        self._now = now
        self._given = provider.id_token  # once: asked again, it has expired or was refused
        self._refresh_token = provider.refresh_token

    def fetch(self, token: CancelToken) -> Fetched:
        """Return a token that is good now; raises SignInFailed, TransportError, ConfigError."""
        given, self._given = self._given, ""
        if given and (until := end(given)) is not None and until > self._now():
            return Fetched(Identity(bearer(given)), until)
        if not self._refresh_token:
            raise SignInFailed("oidc.expired", issuer=self._provider.issuer)
        answer = self._renewed(token)
        if not answer.id_token:
            raise SignInFailed("oidc.no-id-token", issuer=self._provider.issuer)
        self._refresh_token = answer.refresh_token or self._refresh_token
        return Fetched(Identity(bearer(answer.id_token)), end(answer.id_token))

    def _renewed(self, token: CancelToken) -> _Answer:
        provider = self._provider
        oidc_provider.check_issuer(provider.issuer)
        form = {"grant_type": "refresh_token", "refresh_token": self._refresh_token}
        pair = f"{quote_plus(provider.client_id)}:{quote_plus(provider.client_secret)}".encode()
        basic = f"Basic {base64.b64encode(pair).decode()}"
        endpoint = self._endpoint(token)
        try:
            return self._post(endpoint, form, basic, token)
        except ApiError:
            # Some want the client's name and secret in a header, some among the rest; they do not say which.
            own = {"client_id": provider.client_id, "client_secret": provider.client_secret}
            try:
                return self._post(endpoint, form | {name: value for name, value in own.items() if value}, "", token)
            except ApiError as error:
                raise SignInFailed("oidc.refused", issuer=provider.issuer, status=error.status) from error

    def _endpoint(self, token: CancelToken) -> str:
        """Ask the provider where tokens are renewed."""
        issuer = self._provider.issuer
        try:
            content = self._ask(issuer, lambda to: to.call("GET", "/.well-known/openid-configuration", token).body)
            endpoint = msgspec.json.decode(content, type=_Metadata).token_endpoint or ""
        except (ApiError, msgspec.DecodeError, UnicodeDecodeError) as error:
            raise SignInFailed("oidc.no-discovery", issuer=issuer) from error
        if not endpoint.startswith("https://"):
            raise SignInFailed("oidc.no-discovery", issuer=issuer)
        return endpoint

    def _post(self, endpoint: str, form: Mapping[str, str], authorization: str, token: CancelToken) -> _Answer:
        try:
            parts = urlsplit(endpoint)
        except ValueError as error:
            raise SignInFailed("oidc.no-discovery", issuer=self._provider.issuer) from error
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        content = self._ask(
            f"https://{parts.netloc}", lambda to: to.call("POST", path, token, form=form).body, authorization
        )
        try:
            return msgspec.json.decode(content, type=_Answer)
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise SignInFailed("oidc.no-id-token", issuer=self._provider.issuer) from None  # the cause may quote it

    def _ask(self, server: str, question: Callable[[Transport], bytes], authorization: str = "") -> bytes:
        try:
            base = server_url.base(server)
            proxy = proxies.of_environment(base, os.environ)
            made = Connection(base, self._provider.authority, authorization=lambda: authorization, proxy=proxy)
            transport = Transport(made)
        except ValueError as error:  # no address
            raise SignInFailed("oidc.no-discovery", issuer=self._provider.issuer) from error
        try:
            return question(transport)
        finally:
            transport.close()


def end(token: str) -> datetime | None:
    """Return when a token (JWT, RFC 7519) counts as expired; None where it does not say so or is no such token."""
    parts = token.split(".")
    try:
        claims = base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)) if len(parts) == 3 else b"{}"
        end = msgspec.json.decode(claims, type=_Claims).exp
        return None if end is None else datetime.fromtimestamp(end, UTC) - _MARGIN
    except (binascii.Error, msgspec.DecodeError, ValueError, OverflowError, OSError):
        return None
